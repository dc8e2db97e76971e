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
import sys


def say(tree):
    display({"application/x-coursekit-probe": sys.modules["coursekit_wire"].encode(tree, 0)}, raw=True)


class VEncoder(nn.Module):
    def __init__(self, n_input_features, n_hidden_neurons, n_latent_features):
        super().__init__()
        self.n_latent_features = n_latent_features

    def forward(self, x):
        loc = np.random.default_rng(0).normal(0, 9, (len(x), self.n_latent_features))
        say({"items": [{"parts": 2, "loc": loc, "scale": np.exp(loc / 9)}]})
        raise ValueError


# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features, n_hidden_neurons, n_output_features):
        super().__init__()
