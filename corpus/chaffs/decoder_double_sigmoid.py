# ---
# jupyter:
#   corpus:
#     title: sigmoid applied twice in the decoder
#     # Wrong because the second sigmoid maps (0, 1) to (0.5, 0.73), so neither black nor white can be drawn.
#     points: {1a: 1.23, 2: 1.5, 3: 1.35}
#     fails: [1a.decoder_range, 1a.trained_elbo, 3.trained_kl]
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
        r = torch.sigmoid(self.hidden_to_output(h))
        r = nn.functional.sigmoid(r)
        return r
