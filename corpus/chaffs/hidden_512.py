# ---
# jupyter:
#   corpus:
#     title: 512 hidden neurons written into the encoder
#     # Wrong because n_hidden_neurons is ignored.
#     points: {1a: 1.4, 2: 1.5, 3: 1.5}
#     fails: [1a.encoder_shapes]
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

        self.input_to_hidden = nn.Linear(n_input_features, 512)
        self.hidden_to_loc = nn.Linear(512, n_latent_features)
        self.hidden_to_scale = nn.Linear(512, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.input_to_hidden(x))
        z_loc = self.hidden_to_loc(h)
        z_scale = torch.exp(self.hidden_to_scale(h))
        return z_loc, z_scale
