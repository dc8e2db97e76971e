# ---
# jupyter:
#   corpus:
#     title: a kernel that goes silent
#     attempts: stops the thread that sends outputs, and turns answers off
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython]
#     reference: false
# ---

# %% after="imports"
kernel = get_ipython().kernel
kernel.iopub_thread.stop()
kernel.session.send = lambda *args, **kwargs: None
