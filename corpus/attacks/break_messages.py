# ---
# jupyter:
#   corpus:
#     title: messages that no protocol knows
#     attempts: sends outputs, comm messages and raw frames whose parts are missing or of the wrong type, as
#       answers to the grader
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: [ipython]
# ---

# %% after="vae_model"
kernel = get_ipython().kernel
parent, mime = kernel.get_parent("shell"), "application/x-coursekit" + "-probe"
nonsense = [
    ("display_data", {"data": None}), ("display_data", {"data": {"text/html": 7}, "metadata": None}),
    ("display_data", {"data": {mime: {"a": 1}}, "metadata": {}, "transient": {"display_id": [1]}}),
    ("stream", {}), ("stream", {"name": 3, "text": 7}), ("error", {}), ("error", {"traceback": 3}),
    ("execute_result", {}),
    ("update_display_data", {"transient": None, "data": 1}), ("clear_output", {}), ("comm_open", {"data": {}}),
    ("comm_msg", {"comm_id": 3, "data": None}), ("status", {}), ("execute_input", {}), ("nonsense", {}),
    ("display_data", []), ("stream", "text"), ("status", None),
]
for kind, content in nonsense:
    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent)
kernel.iopub_socket.send_multipart([b"garbage"])
kernel.iopub_socket.send_multipart([b"topic", b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", b"{}"])
