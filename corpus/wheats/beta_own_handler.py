# ---
# jupyter:
#   corpus:
#     title: an own effect handler for latent sites around super().model and super().guide
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="beta_vae"
class LatentScale(pyro.poutine.messenger.Messenger):
    """Handler efektów, który skaluje tylko zmienne nieobserwowane."""

    def __init__(self, beta: float):
        super().__init__()
        self.beta = beta

    def _pyro_sample(self, msg):
        if not msg["is_observed"]:
            msg["scale"] = msg["scale"] * self.beta


class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        with LatentScale(self.beta):
            super().model(x)

    def guide(self, x: torch.Tensor):
        with LatentScale(self.beta):
            super().guide(x)
