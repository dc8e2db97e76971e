# ---
# jupyter:
#   corpus:
#     title: the scale is the square root of an exponentiated log-variance
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

        self.linear1 = nn.Linear(n_input_features, n_hidden_neurons)
        self.linear_mean = nn.Linear(n_hidden_neurons, n_latent_features)
        self.linear_log_variance = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        hidden = torch.relu(self.linear1(x))
        variance = self.linear_log_variance(hidden).exp()
        z_loc = self.linear_mean(hidden)
        z_scale = torch.sqrt(variance)
        return z_loc, z_scale
