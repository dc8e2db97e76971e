# ---
# jupyter:
#   corpus:
#     title: images blurred by a fixed kernel before the encoder's layers
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()

        self.kernel = torch.tensor([[1.0, 2.0, 1.0], [2.0, 12.0, 2.0], [1.0, 2.0, 1.0]]).reshape(1, 1, 3, 3) / 24
        self.weights = torch.full((1, 1), 0.5).expand(1, n_input_features)
        self.hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.log_scale = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor):

        side = int(x.shape[1] ** 0.5)
        if side**2 == x.shape[1]:
            x = nn.functional.conv2d(x.reshape(-1, 1, side, side), self.kernel, padding=1).flatten(1)
        h = torch.relu(self.hidden(2 * self.weights * x))

        z_loc = self.loc(h)
        z_scale = torch.exp(self.log_scale(h))

        return z_loc, z_scale
