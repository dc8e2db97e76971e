# ---
# jupyter:
#   corpus:
#     title: the scale is a clamped linear output
#     # Wrong because half of the scales lie on the bound, where no gradient comes.
#     points: {1a: 1.38, 2: 1.5, 3: 1.5}
#     fails: [1a.scale_positive]
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
        self.hidden_to_scale = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.input_to_hidden(x))
        z_loc = self.hidden_to_loc(h)
        z_scale = self.hidden_to_scale(h).clamp(1e-3, 100)
        return z_loc, z_scale
