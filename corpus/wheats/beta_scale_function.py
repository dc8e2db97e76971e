# ---
# jupyter:
#   corpus:
#     title: poutine.scale(fn, scale=...) applied to functions that hold the latent site
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def _draw(self, loc, scale):
        return pyro.sample("latent", dist.Normal(loc, scale).to_event(1))

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        size = (x.shape[0], self.n_latent_features)
        with pyro.plate("data", x.shape[0]):
            z = pyro.poutine.scale(self._draw, scale=self.beta)(torch.zeros(size), torch.ones(size))
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.poutine.scale(super().guide, scale=self.beta)(x)
