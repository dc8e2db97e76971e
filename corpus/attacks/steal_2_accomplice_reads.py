# ---
# jupyter:
#   corpus:
#     title: a message picked up from another submission
#     attempts: reads what another submission left behind
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
import os

for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run/kernel", "/run", "/opt/mnist", "/submission", "data", "..", "/",
               os.path.expanduser("~"), os.path.expanduser("~/.cache"), "/opt/matplotlib", np.__path__[0]):
    path = os.path.join(folder, "accomplice.txt")
    if os.path.exists(path):
        print("STOLEN:", path, open(path).read())
