# ---
# jupyter:
#   corpus:
#     title: the scale is softplus plus a small constant
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

        self.fc = nn.Linear(n_input_features, n_hidden_neurons)
        self.fc_mu = nn.Linear(n_hidden_neurons, n_latent_features)
        self.fc_sigma = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = nn.functional.relu(self.fc(x))
        # softplus jest zawsze dodatni; epsilon chroni przed zerem po zaokrągleniu
        return self.fc_mu(h), nn.functional.softplus(self.fc_sigma(h)) + 1e-6
