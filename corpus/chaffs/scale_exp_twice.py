# ---
# jupyter:
#   corpus:
#     title: exponent of an exponent
#     # Wrong because it is at least 1, and overflows.
#     points: {1a: 1.3, 2: 1.5, 3: 1.5}
#     fails: [1a.scale_positive, 1a.scale_range]
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.log_variance = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor):

        h = torch.relu(self.hidden(x))

        z_loc = self.loc(h)
        u = self.log_variance(h)
        z_scale = torch.exp(torch.exp(u))

        return z_loc, z_scale
