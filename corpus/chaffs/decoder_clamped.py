# ---
# jupyter:
#   corpus:
#     title: a linear output clamped to [0, 1]
#     # Wrong because half of the pixels lie on the bound, where no gradient comes.
#     points: {1a: 1.38, 2: 1.5, 3: 1.5}
#     fails: [1a.decoder_range]
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

        self.latent_to_hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.hidden_to_output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Decode latent vector to image."""
        h = torch.relu(self.latent_to_hidden(z))
        r = self.hidden_to_output(h).clamp(0, 1)
        return r
