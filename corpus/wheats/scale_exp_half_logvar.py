# ---
# jupyter:
#   corpus:
#     title: the scale is exp of half the log-variance
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

        self.hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.mu = nn.Linear(n_hidden_neurons, n_latent_features)
        self.logvar = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = self.hidden(x)
        h = nn.functional.relu(h)
        mu, logvar = self.mu(h), self.logvar(h)
        std = torch.exp(0.5 * logvar)
        return mu, std
