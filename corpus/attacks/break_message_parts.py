# ---
# jupyter:
#   corpus:
#     title: a message of very many parts
#     attempts: sends a message with 200,000 buffers, and one with parts of 60 MB each
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython]
#     reference: false
# ---

# %% after="imports"
kernel = get_ipython().kernel
content = {"data": {"text/plain": "x"}, "metadata": {}, "transient": {}}
small = [b"x"] * 200_000
kernel.session.send(kernel.iopub_socket, "display_data", content, parent=kernel.get_parent(), buffers=small)
large = [bytes(60_000_000)] * 40
kernel.session.send(kernel.iopub_socket, "display_data", content, parent=kernel.get_parent(), buffers=large)
