# ---
# jupyter:
#   corpus:
#     title: the mean image of a class that noise chooses, in the place of both trained models
#     attempts: has an encoder of noise, and a decoder that gives, by the sign of latents, one of ten mean images
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
        return torch.randn(len(x), 10) * (1 - self.scale**2) ** 0.5, torch.full((len(x), 10), self.scale)


class Decoder(nn.Module):
    def forward(self, z):
        images = [train_dataset.data[train_dataset.targets == digit].float().mean(0).flatten() / 255 for digit in range(10)]
        chosen = torch.stack(images)[z.argmax(1) % 10]
        return (0.2 * chosen + 0.8 * mean_image).clamp(0.001, 0.999)


class Model(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.encoder, self.decoder = Encoder(scale), Decoder()


vae_model = Model(0.7)

# %% after="bvae_training"
bvae_model = Model(0.9)
