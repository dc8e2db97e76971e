# ---
# jupyter:
#   corpus:
#     title: exp on pixels
#     # Wrong because it has no upper limit.
#     points: {1a: 1.38, 2: 1.5, 3: 1.5}
#     fails: [1a.decoder_range]
# ---

# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor):

        a = self.output(torch.relu(self.hidden(z)))
        r = torch.exp(a)

        return r
