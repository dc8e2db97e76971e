# ---
# jupyter:
#   corpus:
#     title: sigmoid of relu
#     # Wrong because no pixel can be black.
#     points: {1a: 1.23, 2: 1.5, 3: 1.35}
#     fails: [1a.decoder_range, 1a.trained_elbo, 3.trained_kl]
# ---

# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor):

        a = self.output(torch.relu(self.hidden(z)))
        r = torch.sigmoid(torch.relu(a))

        return r
