# ---
# jupyter:
#   corpus:
#     title: a Sequential decoder that ends in a Sigmoid layer
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    """Decoder for VAE."""

    def __init__(
        self,
        n_latent_features: int,
        n_hidden_neurons: int,
        n_output_features: int,
    ):
        super().__init__()

        self.decode = nn.Sequential(
            nn.Linear(n_latent_features, n_hidden_neurons),
            nn.LeakyReLU(),
            nn.Linear(n_hidden_neurons, n_output_features),
            nn.Sigmoid(),
        )

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Decode latent vector to image."""
        r = self.decode(z)
        return r
