# ---
# jupyter:
#   corpus:
#     title: scale computed by softplus from loc
#     # Wrong because the encoder has one head, and the scale is softplus(loc), a function of loc.
#     points: {1a: 1.46, 2: 1.5, 3: 1.5}
#     fails: [1a.separate_heads]
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

        self.layers = nn.Sequential(
            nn.Linear(n_input_features, n_hidden_neurons),
            nn.ReLU(),
            nn.Linear(n_hidden_neurons, n_latent_features),
        )

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        z = self.layers(x)
        return z, nn.functional.softplus(z) + 1e-6
