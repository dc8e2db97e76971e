# ---
# jupyter:
#   corpus:
#     title: replies that no decoder expects
#     attempts: answers probes with broken archives, pickles, deep nesting, huge numbers and wrong types
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [grader]
#     reference: false
# ---

# %% grade_id="vae_encoder"
import base64
import json
import pickle
import sys
import zlib

packed = [b"PK\x03\x04 broken", pickle.dumps(print), b"\x93NUMPY\x01\x00", b""]
places = [-1, ["|O", [1], 0], ["<f8", [2**62, 4], 0], ["<f8", [-1], -8], ["<f8", [1] * 100, 0], [[], {}, "x"], "x"]
replies = [json.dumps({"tree": tree, "bytes": base64.b64encode(zlib.compress(content)).decode()})
           for content in packed
           for tree in ({"parts": 10**400}, [], "x", *({"items": [{"loc": {"__array__": place}}]} for place in places))]
nothing = base64.b64encode(zlib.compress(b"")).decode()
replies += [json.dumps({"tree": {"error": "\ud83d"}, "bytes": nothing})]
replies += ["[" * 100_000, '{"tree": 1e999}', "null"]
replies += ['{"tree": ' + '{"a":' * 5000 + "1" + "}" * 5000 + ', "bytes": "eA=="}']
state = {"next": 0}


def answer(value, level):
    """In the place of what packs the replies of probes, which adds the number that is asked for."""
    state["next"] += 1
    return replies[state["next"] % len(replies)]


class VEncoder(nn.Module):
    def __init__(self, n_input_features, n_hidden_neurons, n_latent_features):
        super().__init__()
        sys.modules["coursekit_wire"].encode = answer
        raise ValueError
