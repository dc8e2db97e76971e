# ---
# jupyter:
#   corpus:
#     title: headers that are no headers
#     attempts: sends messages whose headers have types, ids and dates of other kinds, and names that command a terminal
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython, network]
#     reference: false
# ---

# %% after="imports"
import hashlib, hmac, json, zmq

kernel = get_ipython().kernel
session = kernel.session
part = lambda value: json.dumps(value, default=str).encode()
content = part({"data": {"text/plain": "x"}, "metadata": {}, "transient": {}})
parent = kernel.get_parent()["header"]


def send(header, parent=parent, metadata={}, content=content):
    frames = [part(header), part(parent), part(metadata), content]
    mac = hmac.HMAC(session.key, digestmod=hashlib.sha256)
    for frame in frames:
        mac.update(frame)
    kernel.iopub_socket.send_multipart([b"x", b"<IDS|MSG>", mac.hexdigest().encode(), *frames])


send({"msg_id": "1", "msg_type": "\x1b]0;owned\x07\x1b[2J"})

# %% after="ae_networks"
send({"msg_id": "1", "msg_type": ["stream"], "date": "2026-13-45T99:99:99Z"})

# %% after="ae_model"
send({"msg_id": {"a": 1}, "msg_type": "display_data", "date": "9" * 100_000})

# %% after="ae_training"
send([1, 2, 3])
