# ---
# jupyter:
#   corpus:
#     title: replies of the shell by hand
#     attempts: answers execution requests itself, before the kernel does, with counts, payloads and results of its own
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython]
#     reference: false
# ---

# %% after="imports"
kernel = get_ipython().kernel
stream, parent = kernel.shell_stream, kernel.get_parent()
content = {
    "status": "ok",
    "execution_count": 1,
    "payload": [{"source": "set_next_input", "text": "1.2", "replace": True}],
    "user_expressions": {"points": {"status": "ok", "data": {"text/plain": "1.2"}, "metadata": {}}},
}
for _ in range(20):
    kernel.session.send(stream, "execute_reply", content, parent=parent, ident=getattr(kernel, "_parent_ident", {}).get("shell"))
    kernel.session.send(stream, "execute_reply", {"status": "error"}, parent=parent, ident=getattr(kernel, "_parent_ident", {}).get("shell"))
