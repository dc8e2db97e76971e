# ---
# jupyter:
#   corpus:
#     title: functional dropout that eval() does not turn off
#     # Wrong because nn.functional.dropout is active unless told otherwise, so the decoder draws at random
#     # after training too.
#     points: {1a: 1.44, 2: 1.5, 3: 1.5}
#     fails: [1a.decoder_deterministic]
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
        h = nn.functional.dropout(h, p=0.3)
        r = torch.sigmoid(self.hidden_to_output(h))
        return r
