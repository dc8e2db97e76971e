# ---
# jupyter:
#   corpus:
#     title: weights of the student's own, powers of two for the scale
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()

        self.weight = nn.Parameter(torch.randn(n_input_features, n_hidden_neurons) / n_input_features**0.5)
        self.bias = nn.Parameter(torch.zeros(n_hidden_neurons))
        self.both = nn.Linear(n_hidden_neurons, 2 * n_latent_features)

    def forward(self, x: torch.Tensor):

        h = torch.tanh(x @ self.weight + self.bias)

        z_loc, u = self.both(h).view(len(h), 2, -1).unbind(1)
        z_scale = torch.pow(2.0, u)

        return z_loc, z_scale


# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.hidden_2 = nn.Linear(n_hidden_neurons, n_hidden_neurons)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor):

        h = torch.relu(self.hidden(z))
        a = self.output(torch.relu(self.hidden_2(h)))
        r = torch.sigmoid(a)

        return r
