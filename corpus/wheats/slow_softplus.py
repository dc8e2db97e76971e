# ---
# jupyter:
#   corpus:
#     title: three layers of softplus, which learn slowly
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

        self.hidden = nn.Sequential(
            nn.Linear(n_input_features, 4 * n_hidden_neurons),
            nn.Softplus(),
            nn.Linear(4 * n_hidden_neurons, 2 * n_hidden_neurons),
            nn.Softplus(),
            nn.Linear(2 * n_hidden_neurons, n_hidden_neurons),
            nn.Softplus(),
        )
        self.loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.raw_scale = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = self.hidden(x)
        return self.loc(h), nn.functional.softplus(self.raw_scale(h)) + 1e-6


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

        self.layers = nn.Sequential(
            nn.Linear(n_latent_features, n_hidden_neurons),
            nn.Softplus(),
            nn.Linear(n_hidden_neurons, 2 * n_hidden_neurons),
            nn.Softplus(),
            nn.Linear(2 * n_hidden_neurons, 4 * n_hidden_neurons),
            nn.Softplus(),
            nn.Linear(4 * n_hidden_neurons, n_output_features),
            nn.Sigmoid(),
        )

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Decode latent vectors to probabilities of pixels."""
        return self.layers(z)
