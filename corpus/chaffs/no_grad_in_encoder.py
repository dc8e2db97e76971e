# ---
# jupyter:
#   corpus:
#     title: no_grad around the encoder's forward
#     # Wrong because the encoder computes no gradients at all.
#     points: {1a: 1.29, 2: 1.5, 3: 1.35}
#     fails: [1a.gradients, 1a.trained_elbo, 3.trained_kl]
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

    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.input_to_hidden(x))
        z_loc = self.hidden_to_loc(h)
        z_scale = torch.exp(self.hidden_to_log_scale(h))
        return z_loc, z_scale
