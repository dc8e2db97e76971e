# ---
# jupyter:
#   corpus:
#     title: negative scale
#     # Wrong because the sign is wrong.
#     points: {1a: 1.03, 2: 0, 3: 1.2}
#     fails:
#       - 1a.scale_positive
#       - 1a.elbo
#       - 1a.trained_elbo
#       - 1a.trained_posterior
#       - 2.entries
#       - 2.same_classifier
#       - 2.accuracy
#       - 2.trained_on_train
#       - 2.weak_on_raw
#       - 2.latents_informative
#       - 2.times
#       - 2.encoders_untouched
#       - 3.trained_kl
#       - 3.trained_variance
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
        z_scale = -torch.exp(0.5 * u)

        return z_loc, z_scale
