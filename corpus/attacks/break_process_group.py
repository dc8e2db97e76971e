# ---
# jupyter:
#   corpus:
#     title: processes that leave the group
#     attempts: starts processes in sessions and groups of their own, which outlive the kernel
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import os
import subprocess
import sys

try:
    os.setpgrp()
except OSError:
    pass
for options in ({"start_new_session": True}, {"process_group": 0}):
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)  # coursekit-stray"], **options)
