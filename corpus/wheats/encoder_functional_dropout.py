# ---
# jupyter:
#   corpus:
#     title: functional dropout, a soft limit of the log-scale
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.log_variance = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor):

        h = nn.functional.dropout(torch.relu(self.hidden(x)), 0.1, training=self.training)

        z_loc = self.loc(h)
        u = self.log_variance(h)
        z_scale = torch.exp(5 * torch.tanh(u / 5))

        return z_loc, z_scale


# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.dropout = nn.Dropout(0.1)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor):

        a = self.output(self.dropout(torch.relu(self.hidden(z))))
        r = torch.sigmoid(a)

        return r
