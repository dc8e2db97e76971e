# ---
# jupyter:
#   corpus:
#     title: two hidden layers with ELU in the encoder and in the decoder
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

        self.first = nn.Linear(n_input_features, n_hidden_neurons)
        self.second = nn.Linear(n_hidden_neurons, n_hidden_neurons)
        self.loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.log_scale = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = nn.functional.elu(self.first(x))
        h = nn.functional.elu(self.second(h))
        return self.loc(h), self.log_scale(h).exp()

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

        self.first = nn.Linear(n_latent_features, n_hidden_neurons)
        self.second = nn.Linear(n_hidden_neurons, n_hidden_neurons)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Decode latent vector to image."""
        h = nn.functional.elu(self.first(z))
        h = nn.functional.elu(self.second(h))
        return self.output(h).sigmoid()
