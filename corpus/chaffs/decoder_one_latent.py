# ---
# jupyter:
#   corpus:
#     title: the decoder reads the first latent alone
#     # Wrong because the others tell nothing and are not trained.
#     points: {1a: 1.44, 2: 1.5, 3: 1.5}
#     fails: [1a.gradients]
# ---

# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()
        self.fc1 = nn.Linear(n_latent_features, n_hidden_neurons)
        self.fc2 = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        h = torch.relu(self.fc1(z[:, :1].expand_as(z)))
        a = self.fc2(h)
        r = torch.sigmoid(a)
        return r
