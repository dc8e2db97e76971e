# ---
# jupyter:
#   corpus:
#     title: one head of twice the latent size, split in two
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

        self.net = nn.Sequential(
            nn.Linear(n_input_features, n_hidden_neurons),
            nn.ReLU(),
            nn.Linear(n_hidden_neurons, 2 * n_latent_features),
        )

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        z_loc, log_scale = self.net(x).chunk(2, dim=-1)
        return z_loc, torch.exp(log_scale)
