# ---
# jupyter:
#   corpus:
#     title: replies of probes that the networks themselves show
#     attempts: has the encoder show a reply of its own before the probe does, so that the first one counts
#     points: {1a: 0.1, 2: 0, 3: 0}
#     flags: [display]
#     reference: false
# ---

# %% grade_id="vae_encoder"
import base64
import io
import json
import zlib


def say(tree, *arrays):
    buffer = io.BytesIO()
    np.savez(buffer, *arrays)
    packed = base64.b64encode(zlib.compress(buffer.getvalue())).decode()
    display({"application/x-coursekit-probe": json.dumps({"tree": tree, "npz": packed})}, raw=True)


class VEncoder(nn.Module):
    def __init__(self, n_input_features, n_hidden_neurons, n_latent_features):
        super().__init__()
        self.n_latent_features = n_latent_features

    def forward(self, x):
        loc = np.random.default_rng(0).normal(0, 9, (len(x), self.n_latent_features))
        say({"parts": 2, "loc": {"__array__": 0}, "scale": {"__array__": 1}}, loc, np.exp(loc / 9))
        raise ValueError


# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features, n_hidden_neurons, n_output_features):
        super().__init__()
