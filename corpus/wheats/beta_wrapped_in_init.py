# ---
# jupyter:
#   corpus:
#     title: the handler applied once, in the constructor
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float = 1.0, **kwargs):
        super().__init__(*args, **kwargs)
        scaled = pyro.poutine.scale(scale=beta)
        self.scaled_prior = scaled(self._prior)
        self.guide = scaled(self.guide)

    def _prior(self, n_images: int) -> torch.Tensor:
        loc = torch.zeros((n_images, self.n_latent_features))
        return pyro.sample("latent", dist.Normal(loc, 1.0).to_event(1))

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z = self.scaled_prior(x.shape[0])
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)
