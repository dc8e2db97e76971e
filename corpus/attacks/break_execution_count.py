# ---
# jupyter:
#   corpus:
#     title: an execution count that is no number
#     attempts: sends counts, texts and displays that are not of the kind that the protocol says, so that the notebook is not valid
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython, kernel ended]
#     reference: false
# ---

# %% after="imports"
k = get_ipython().kernel
send = lambda kind, content: k.session.send(k.iopub_socket, kind, content, parent=k.get_parent())
send("execute_input", {"code": "x", "execution_count": {"a": [1, "x"]}})
import sys
sys.stdout.flush()

# %% after="ae_networks"
k = get_ipython().kernel
send("stream", {"name": "stdout", "text": ["a", "b"]})

# %% after="ae_model"
send("display_data", {"data": {"text/plain": ["a"], "image/png": {"x": 1}}, "metadata": {"image/png": "x"}, "transient": {}})

# %% after="data"
send("error", {"ename": "E", "evalue": "v", "traceback": ["a", "b"], "execution_count": -5})

# %% after="ae_training"
send("execute_input", {"code": "x", "execution_count": -1})
send("execute_result", {"data": {"text/plain": "1.2"}, "metadata": {}, "execution_count": "1; DROP"})
