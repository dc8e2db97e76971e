# ---
# jupyter:
#   corpus:
#     title: other kernels' connection files
#     attempts: looks for connection files and sockets of kernels beside its own
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
import glob
import json
import os

from ipykernel.connect import get_connection_file

own = json.load(open(get_connection_file()))
found = glob.glob("/run/**/*.json", recursive=True) + glob.glob("/tmp/**/*.json", recursive=True)
found += glob.glob(os.path.expanduser("~/.local/share/jupyter/runtime/*.json")) + glob.glob("/*/*/kernel*.json")
for path in found:
    try:
        connection = json.load(open(path))
    except (OSError, ValueError):
        continue
    if isinstance(connection, dict) and connection.get("key", own["key"]) != own["key"]:
        print("STOLEN:", path, connection)
