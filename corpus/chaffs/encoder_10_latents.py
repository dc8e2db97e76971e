# ---
# jupyter:
#   corpus:
#     title: ten latents written into the encoder
#     # Wrong because n_latent_features is ignored by both heads.
#     points: {}
#     fails: [1a.encoder_shapes, 1a.scale_positive, 1a.loc_range, 1a.scale_range, 1a.scale_depends_on_x,
#       1a.separate_heads, 1a.gradients, 1a.elbo]
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
        self.hidden_to_loc = nn.Linear(n_hidden_neurons, 10)
        self.hidden_to_log_scale = nn.Linear(n_hidden_neurons, 10)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.input_to_hidden(x))
        z_loc = self.hidden_to_loc(h)
        z_scale = torch.exp(self.hidden_to_log_scale(h))
        return z_loc, z_scale
