# ---
# jupyter:
#   corpus:
#     title: decoder's layers in a plain list
#     # Wrong because torch does not find the layers.
#     points: {1a: 1.17, 2: 1.5, 3: 1.35}
#     fails: [1a.decoder_range, 1a.gradients, 1a.trained_elbo, 3.trained_kl]
# ---

# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.layers = [nn.Linear(n_latent_features, n_hidden_neurons), nn.Linear(n_hidden_neurons, n_output_features)]

    def forward(self, z: torch.Tensor):

        a = self.layers[1](torch.relu(self.layers[0](z)))
        r = torch.sigmoid(a)

        return r
