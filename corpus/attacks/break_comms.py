# ---
# jupyter:
#   corpus:
#     title: widgets without end
#     attempts: opens comms whose state of 90 MB stands in the metadata of the notebook, which no limit counts
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython]
#     reference: false
# ---

# %% after="imports"
kernel = get_ipython().kernel
block = "x" * 3_000_000
for number in range(30):
    kernel.session.send(kernel.iopub_socket, "comm_open", {"comm_id": f"c{number}", "target_name": "jupyter.widget", "data": {"state": {"_model_name": "a", "_model_module": "b", "_model_module_version": "c", "value": block}}}, parent=kernel.get_parent())
    import time
    time.sleep(0.6)
print("sent")
