# ---
# jupyter:
#   corpus:
#     title: an error with a million lines
#     attempts: sends an error whose traceback has a million lines, and metadata of as many entries
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython]
#     reference: false
# ---

# %% after="imports"
kernel = get_ipython().kernel
send = lambda kind, content: kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
send("error", {"ename": "E" * 10_000, "evalue": "v" * 1_000_000, "traceback": ["line"] * 1_000_000})

# %% after="ae_networks"
kernel = get_ipython().kernel
metadata = {str(number): number for number in range(400_000)}
content = {"data": {"text/plain": "x"}, "metadata": metadata}
kernel.session.send(kernel.iopub_socket, "display_data", content, parent=kernel.get_parent())
