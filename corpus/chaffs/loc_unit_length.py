# ---
# jupyter:
#   corpus:
#     title: loc of unit length
#     # Wrong because the vector of means is normalised.
#     points: {1a: 1.42, 2: 1.5, 3: 1.5}
#     fails: [1a.loc_range]
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
        z_scale = torch.exp(0.5 * u)
        z_loc = nn.functional.normalize(z_loc, dim=-1)
        return z_loc, z_scale
