# ---
# jupyter:
#   corpus:
#     title: mean and deviation stacked in one tensor, which unpacks as a pair
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()
        self.fc = nn.Linear(n_input_features, n_hidden_neurons)
        self.fc_mu = nn.Linear(n_hidden_neurons, n_latent_features)
        self.fc_sigma = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        h = torch.relu(self.fc(x))
        z_loc = self.fc_mu(h)
        z_scale = nn.functional.softplus(self.fc_sigma(h)) + 1e-6
        return torch.stack([z_loc, z_scale])
