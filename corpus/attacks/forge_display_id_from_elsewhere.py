# ---
# jupyter:
#   corpus:
#     title: displays of a probe, updated from a thread and from the next probe
#     attempts: registers display ids while grade cells are asked, and sends updates of them from a thread, from another probe and by hand
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython, process]
#     reference: false
# ---

# %% grade_id="vae_encoder"
import threading

kernel = get_ipython().kernel


def send(kind, points):
    content = {"data": {"text/plain": points}, "metadata": {}, "transient": {"display_id": "points"}}
    if kind == "execute_result":
        content["execution_count"] = 1
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())


class VEncoder(nn.Module):
    def __init__(self, *sizes):
        send("display_data", "0")
        send("execute_result", "0")
        send("update_display_data", "1.2")
        raise NotImplementedError


def always():
    import time

    while True:
        time.sleep(0.01)
        send("update_display_data", "1.2")


threading.Thread(target=always, daemon=True).start()

# %% after="test_1a"
send("update_display_data", "1.2")
