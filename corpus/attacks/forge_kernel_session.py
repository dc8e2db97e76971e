# ---
# jupyter:
#   corpus:
#     title: messages sent with the kernel's own key
#     attempts: signs a forged reply and an idle status with the kernel's session, as answers to the grader's
#       question
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython]
#     reference: false
# ---

# %% after="vae_model"
kernel = get_ipython().kernel
session, socket = kernel.session, kernel.iopub_socket


def answer_first(*_):
    parent = kernel.get_parent("shell")
    content = {"data": {"text/plain": "1.2", "application/x-coursekit-probe": "{}"}, "metadata": {}}
    session.send(socket, "display_data", content, parent=parent)
    session.send(socket, "execute_result", {**content, "execution_count": 1}, parent=parent)
    session.send(socket, "status", {"execution_state": "idle"}, parent=parent)


get_ipython().events.register("pre_execute", answer_first)
