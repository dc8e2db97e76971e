# ---
# jupyter:
#   corpus:
#     title: a scaled latent site, then super().model conditioned on it with the latent hidden
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        with pyro.plate("latents", x.shape[0]), pyro.poutine.scale(scale=self.beta):
            loc = torch.zeros((x.shape[0], self.n_latent_features))
            z = pyro.sample("latent", dist.Normal(loc, torch.ones_like(loc)).to_event(1))
        # the parent's own latent site is hidden, so it is not counted a second time
        with pyro.poutine.block(hide=["latent"]), pyro.poutine.condition(data={"latent": z}):
            super().model(x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("latents", x.shape[0]), pyro.poutine.scale(scale=self.beta):
            loc, scale = self.encoder(x.view(x.shape[0], -1))
            pyro.sample("latent", dist.Normal(loc, scale).to_event(1))
