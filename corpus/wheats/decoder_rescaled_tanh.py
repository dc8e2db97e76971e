# ---
# jupyter:
#   corpus:
#     title: tanh moved and scaled from (-1, 1) to (0, 1)
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

        self.fc1 = nn.Linear(n_latent_features, n_hidden_neurons)
        self.fc2 = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Decode latent vector to image."""
        h = torch.tanh(self.fc1(z))
        return 0.5 * (torch.tanh(self.fc2(h)) + 1.0)
