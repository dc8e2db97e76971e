# ---
# jupyter:
#   corpus:
#     title: the scale is an absolute value kept off zero
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

        self.ukryta = nn.Linear(n_input_features, n_hidden_neurons)
        self.srednia = nn.Linear(n_hidden_neurons, n_latent_features)
        self.odchylenie = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.ukryta(x))
        z_loc = self.srednia(h)
        # wartość bezwzględna może dotknąć zera, stąd dodana stała
        z_scale = torch.abs(self.odchylenie(h)) + 1e-6
        return z_loc, z_scale
