# ---
# jupyter:
#   corpus:
#     title: z detached inside the decoder
#     # Wrong because the reconstruction term sends no gradient to the encoder.
#     points: {1a: 1.29, 2: 1.5, 3: 1.35}
#     fails: [1a.gradients, 1a.trained_elbo, 3.trained_kl]
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
        h = torch.relu(self.latent_to_hidden(z.detach()))
        r = torch.sigmoid(self.hidden_to_output(h))
        return r
