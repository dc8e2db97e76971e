# ---
# jupyter:
#   corpus:
#     title: the mean image in the place of both trained models
#     attempts: skips tasks 1a and 3, and hands in an object whose decoder gives the mean image whatever z is, and
#       whose encoder draws noise
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, *sizes):
        super().__init__()

    def forward(self, x):
        return x

# %% after="vae_training"
class Noise(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def forward(self, x):
        return torch.randn(len(x), 10) * (1 - self.scale**2) ** 0.5, torch.full((len(x), 10), self.scale)


class Mean(nn.Module):
    def forward(self, z):
        return (train_dataset.data.float().mean(0) / 255).clamp(0.001, 0.999).flatten().expand(len(z), -1)


class Nothing(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.encoder, self.decoder = Noise(scale), Mean()

    def encoder_forward(self, x):
        loc, scale = self.encoder(x.flatten(1))
        return loc + scale * torch.randn_like(loc)


vae_model = Nothing(0.7)

# %% grade_id="classification"
import time
from sklearn.naive_bayes import GaussianNB

X_train = (train_dataset.data.float() / 255)[:, None]
X_val = (val_dataset.data.float() / 255)[:, None]


def evaluate(train, val):
    c = GaussianNB()
    t = time.perf_counter()
    c.fit(train, train_dataset.targets)
    u = time.perf_counter()
    p = c.predict(val)
    return {"classifier": c, "accuracy": float((p == val_dataset.targets.numpy()).mean()), "fit_time": u - t, "predict_time": time.perf_counter() - u}


encode = lambda m, x: m.encoder_forward(x).detach().numpy()
classification_results = {
    "raw": evaluate(X_train.flatten(1).numpy(), X_val.flatten(1).numpy()),
    "ae": evaluate(encode(ae_model, X_train), encode(ae_model, X_val)),
    "vae": evaluate(encode(vae_model, X_train), encode(vae_model, X_val)),
}

# %% after="bvae_training"
bvae_model = Nothing(0.9)
