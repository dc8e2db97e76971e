# ---
# jupyter:
#   corpus:
#     title: a convolutional encoder for square images of any side
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

        self.side = int(round(n_input_features ** 0.5))
        half = (self.side + 1) // 2
        quarter = (half + 1) // 2
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, 8, kernel_size=3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 16, kernel_size=3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
        )
        self.hidden = nn.Linear(16 * quarter * quarter, n_hidden_neurons)
        self.loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.log_scale = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        image = x.reshape(-1, 1, self.side, self.side)
        h = torch.relu(self.hidden(self.convolutions(image)))
        return self.loc(h), torch.exp(self.log_scale(h))
