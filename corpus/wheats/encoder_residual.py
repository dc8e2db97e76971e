# ---
# jupyter:
#   corpus:
#     title: residual layers in encoder and decoder
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.block = nn.Linear(n_hidden_neurons, n_hidden_neurons)
        self.heads = nn.ModuleDict(
            {
                "mu": nn.Linear(n_hidden_neurons, n_latent_features),
                "sigma": nn.Linear(n_hidden_neurons, n_latent_features),
            }
        )

    def forward(self, x: torch.Tensor):

        h = torch.relu(self.hidden(x))
        h = h + torch.relu(self.block(h))

        z_loc, u = (self.heads[name](h) for name in ("mu", "sigma"))
        z_scale = nn.functional.elu(u) + 1 + 1e-5

        return z_loc, z_scale


# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.skip = nn.Linear(n_latent_features, n_output_features)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor):

        a = self.output(torch.relu(self.hidden(z))) + self.skip(z)
        r = torch.sigmoid(a)

        return r
