# ---
# jupyter:
#   corpus:
#     title: messages nested without end
#     attempts: sends displays and metadata that are nested 900 and 100,000 levels deep
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython, network, kernel ended]
#     reference: false
# ---

# %% after="imports"
import hashlib, hmac, json, zmq

kernel = get_ipython().kernel
session = kernel.session
part = lambda value: json.dumps(value, default=str).encode()
for depth in (900, 100_000):
    deep = b'{"a": ' * depth + b"1" + b"}" * depth
    content = b'{"data": {"text/plain": "x", "application/json": ' + deep + b'}, "metadata": {}, "transient": {}}'
    frames = [part(session.msg_header("display_data")), part(kernel.get_parent()["header"]), b"{}", content]
    mac = hmac.HMAC(session.key, digestmod=hashlib.sha256)
    for frame in frames:
        mac.update(frame)
    kernel.iopub_socket.send_multipart([b"display_data", b"<IDS|MSG>", mac.hexdigest().encode(), *frames])
