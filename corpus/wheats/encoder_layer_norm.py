# ---
# jupyter:
#   corpus:
#     title: layer norm, logaddexp for the scale
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.norm = nn.LayerNorm(n_hidden_neurons)
        self.n_latent_features = n_latent_features
        self.both = nn.Linear(n_hidden_neurons, 2 * n_latent_features)

    def forward(self, x: torch.Tensor):

        h = torch.relu(self.norm(self.hidden(x)))

        both = self.both(h)
        z_loc, u = both[:, : self.n_latent_features], both[:, self.n_latent_features :]
        z_scale = torch.logaddexp(u, torch.zeros_like(u))

        return z_loc, z_scale


# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.norm = nn.LayerNorm(n_hidden_neurons)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor):

        a = self.output(nn.functional.gelu(self.norm(self.hidden(z))))
        r = torch.sigmoid(a)

        return r
