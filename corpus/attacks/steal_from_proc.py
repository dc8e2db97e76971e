# ---
# jupyter:
#   corpus:
#     title: other processes, as /proc shows them
#     attempts: reads environments, command lines, open files and roots of all processes that it sees
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [files]
#     reference: false
# ---

# %% after="imports"
import glob
import os

for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try:
        text = open(path, "rb").read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        continue
    if "CANARY" in text or "nbgrader" in text:
        print("STOLEN:", path, text[:2000])
for path in glob.glob("/proc/[0-9]*/fd/*") + glob.glob("/proc/[0-9]*/cwd"):
    try:
        target = os.readlink(path)
    except OSError:
        continue
    if target.endswith((".db", ".ipynb", ".log")) or os.path.exists(f"{path}/gradebook.db"):
        print("STOLEN:", path, target)
print(open("/proc/self/mountinfo").read().count("CANARY"))
