# ---
# jupyter:
#   corpus:
#     title: layers whose weights are normalised, which have no direction at weights of zero
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
from torch.nn.utils.parametrizations import weight_norm


class VEncoder(nn.Module):
    """Encoder for VAE."""

    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()
        self.hidden = weight_norm(nn.Linear(n_input_features, n_hidden_neurons))
        self.loc = weight_norm(nn.Linear(n_hidden_neurons, n_latent_features))
        self.log_scale = weight_norm(nn.Linear(n_hidden_neurons, n_latent_features))

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.hidden(x))
        return self.loc(h), torch.exp(self.log_scale(h))
