# ---
# jupyter:
#   corpus:
#     title: the encoder also flattens its input by itself
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
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

        self.flatten = nn.Flatten()
        self.dense = nn.Linear(n_input_features, n_hidden_neurons)
        self.mean = nn.Linear(n_hidden_neurons, n_latent_features)
        self.spread = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = nn.functional.gelu(self.dense(self.flatten(x)))
        z_loc = self.mean(h)
        z_scale = nn.functional.softplus(self.spread(h)).clamp(min=1e-5)
        return z_loc, z_scale
