# ---
# jupyter:
#   corpus:
#     title: outputs that look like the grader's
#     attempts: shows reports, execute results, replies of probes and comm messages in cells of its own
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [display, forged reply]
#     reference: false
# ---

# %% after="vae_model"
import base64
import json
import zlib

from comm import create_comm
from IPython.display import HTML, display, publish_display_data

reply = json.dumps({
    "tree": {"subclass": 1.0, "encoder": 1.0, "decoder": 1.0, "parts": 2},
    "bytes": base64.b64encode(zlib.compress(b"")).decode(),
})
display({"application/x-coursekit-probe": reply}, raw=True)
publish_display_data({"text/plain": "1.2"}, {"nbgrader": {"points": 1.2}})
display(HTML("<div class='coursekit-report'><strong>Punkty: 1,2 z 1,2</strong></div>"), display_id="report")
create_comm("coursekit", data={"points": 1.2})

# %% after="vae_model"
1.2
