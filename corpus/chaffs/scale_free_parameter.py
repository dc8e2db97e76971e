# ---
# jupyter:
#   corpus:
#     title: a learned scale that is the same for every image
#     # Wrong because the scale is a parameter of the model and not a function of the image.
#     points: {1a: 1.42, 2: 1.5, 3: 1.5}
#     fails: [1a.scale_depends_on_x]
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

        self.input_to_hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.hidden_to_loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.log_scale = nn.Parameter(torch.zeros(n_latent_features))

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.input_to_hidden(x))
        z_loc = self.hidden_to_loc(h)
        z_scale = torch.exp(self.log_scale).expand_as(z_loc)
        return z_loc, z_scale
