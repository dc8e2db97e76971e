# ---
# jupyter:
#   corpus:
#     title: noise with a KL for which no variance is asked
#     attempts: has an encoder of noise whose KL is so large that the check of the variance leaves the mistake to another one
#     points: {1a: 0.22, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features, n_hidden_neurons, n_latent_features):
        super().__init__()
        self.n_latent_features = n_latent_features

    def forward(self, x):
        return torch.zeros(len(x), self.n_latent_features), torch.ones(len(x), self.n_latent_features)


# %% after="vae_training"
mean_image = (train_dataset.data.float().mean(0) / 255).clamp(0.001, 0.999).flatten()


class Encoder(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def forward(self, x):
        return 2 * torch.randn(len(x), 10), torch.full((len(x), 10), self.scale)


class Decoder(nn.Module):
    def forward(self, z):
        return mean_image.expand(len(z), -1)


class Model(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.encoder, self.decoder = Encoder(scale), Decoder()


vae_model = Model(0.3)

# %% after="bvae_training"
bvae_model = Model(0.1)
