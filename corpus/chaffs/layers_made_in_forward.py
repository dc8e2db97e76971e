# ---
# jupyter:
#   corpus:
#     title: layers made in forward
#     # Wrong because every call makes new weights.
#     points: {1a: 1.24, 2: 1.5, 3: 1.35}
#     fails: [1a.gradients, 1a.elbo, 1a.trained_elbo, 3.trained_kl]
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()

        self.n = n_hidden_neurons
        self.loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.log_variance = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor):

        h = torch.relu(nn.Linear(x.shape[-1], self.n)(x))

        z_loc = self.loc(h)
        u = self.log_variance(h)
        z_scale = torch.exp(0.5 * u)

        return z_loc, z_scale
