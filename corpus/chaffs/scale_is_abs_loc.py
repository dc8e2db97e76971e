# ---
# jupyter:
#   corpus:
#     title: the scale is the absolute value of the mean
#     # Wrong because the two cannot change independently.
#     points: {1a: 1.46, 2: 1.5, 3: 1.5}
#     fails: [1a.separate_heads]
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()
        self.fc = nn.Linear(n_input_features, n_hidden_neurons)
        self.fc_mu = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        h = torch.relu(self.fc(x))
        z_loc = self.fc_mu(h)
        z_scale = torch.abs(z_loc) + 1e-3
        return z_loc, z_scale
