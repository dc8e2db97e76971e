# ---
# jupyter:
#   corpus:
#     title: a batch of 32 written into the encoder
#     # Wrong because the reshape only fits batches of 32 images.
#     points: {1a: 1.1, 2: 0, 3: 1.2}
#     fails: [1a.encoder_shapes, 1a.trained_elbo, 1a.trained_posterior, 2.entries, 2.same_classifier,
#       2.accuracy, 2.trained_on_train, 2.weak_on_raw, 2.latents_informative, 2.times,
#       2.encoders_untouched, 3.trained_kl, 3.trained_variance]
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    """Encoder for VAE."""

    def __init__(
        self,
        n_input_features: int,
        n_hidden_neurons: int,
        n_latent_features: int,
    ):
        super().__init__()

        self.input_to_hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.hidden_to_loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.hidden_to_log_scale = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        x = x.reshape(32, self.input_to_hidden.in_features)
        h = torch.relu(self.input_to_hidden(x))
        z_loc = self.hidden_to_loc(h)
        z_scale = torch.exp(self.hidden_to_log_scale(h))
        return z_loc, z_scale
