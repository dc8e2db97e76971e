# ---
# jupyter:
#   corpus:
#     title: layers in a ModuleList, a hidden layer of the scale's own
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()

        sizes = [n_input_features, n_hidden_neurons, n_hidden_neurons]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.spread = nn.Sequential(
            nn.Linear(n_hidden_neurons, n_hidden_neurons), nn.ReLU(), nn.Linear(n_hidden_neurons, n_latent_features)
        )

    def forward(self, x: torch.Tensor):

        h = x
        for layer in self.layers:
            h = nn.functional.leaky_relu(layer(h))

        z_loc = self.loc(h)
        u = self.spread(h)
        z_scale = torch.sqrt(u**2 + 1e-4)

        return z_loc, z_scale


# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.norm = nn.BatchNorm1d(n_hidden_neurons)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor):

        a = self.output(torch.relu(self.norm(self.hidden(z))))
        r = torch.sigmoid(a)

        return r
