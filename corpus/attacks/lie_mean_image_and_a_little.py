# ---
# jupyter:
#   corpus:
#     title: the mean image and a little of z in the place of both trained models
#     attempts: has an encoder of noise, and a decoder that gives the mean image and lets z change it by a little
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
        return (mean_image + 0.02 * torch.tanh(z @ torch.ones(10, 784) / 3)).clamp(0.001, 0.999)


class Model(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.encoder, self.decoder = Encoder(scale), Decoder()

    def encoder_forward(self, x):
        loc, scale = self.encoder(x.flatten(1))
        return loc + scale * torch.randn_like(loc)


vae_model = Model(0.7)

# %% grade_id="classification"
import time

from sklearn.naive_bayes import GaussianNB

X_train, X_val = ((part.data.float() / 255)[:, None] for part in (train_dataset, val_dataset))


def evaluate(train, val):
    classifier, start = GaussianNB(), time.perf_counter()
    classifier.fit(train, train_dataset.targets)
    fitted = time.perf_counter()
    accuracy = float((classifier.predict(val) == val_dataset.targets.numpy()).mean())
    return {"classifier": classifier, "accuracy": accuracy, "fit_time": fitted - start,
            "predict_time": time.perf_counter() - fitted}


def latents(model):
    with torch.no_grad():
        return [model.encoder_forward(x).numpy() for x in (X_train, X_val)]


classification_results = {
    "raw": evaluate(X_train.flatten(1).numpy(), X_val.flatten(1).numpy()),
    "ae": evaluate(*latents(ae_model)),
    "vae": evaluate(*latents(vae_model)),
}

# %% after="bvae_training"
bvae_model = Model(0.9)
