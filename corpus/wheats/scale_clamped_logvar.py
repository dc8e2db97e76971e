# ---
# jupyter:
#   corpus:
#     title: the log-variance is clamped to a wide range before exp
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

        self.body = nn.Sequential(nn.Linear(n_input_features, n_hidden_neurons), nn.LeakyReLU(0.1))
        self.loc_head = nn.Linear(n_hidden_neurons, n_latent_features)
        self.logvar_head = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = self.body(x)
        logvar = self.logvar_head(h).clamp(min=-12.0, max=12.0)  # keeps training numerically calm
        return self.loc_head(h), (0.5 * logvar).exp()
