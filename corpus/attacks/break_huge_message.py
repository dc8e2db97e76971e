# ---
# jupyter:
#   corpus:
#     title: a message of gigabytes
#     attempts: sends one message that is as large as its memory allows, which the grader would have to hold
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython]
#     reference: false
# ---

# %% after="imports"
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

kernel = get_ipython().kernel
huge = bytes(2**31 - 2**20)
kernel.iopub_socket.send_multipart([b"topic", b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", huge], copy=False)
