# ---
# jupyter:
#   corpus:
#     title: the hidden layer in a plain list
#     # Wrong because parameters() does not look into lists, so the layer is never trained.
#     points: {1a: 1.44, 2: 1.5, 3: 1.5}
#     fails: [1a.gradients]
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

        self.layers = [nn.Linear(n_input_features, n_hidden_neurons)]
        self.hidden_to_loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.hidden_to_scale = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.layers[0](x))
        z_loc = self.hidden_to_loc(h)
        z_scale = torch.exp(self.hidden_to_scale(h))
        return z_loc, z_scale
