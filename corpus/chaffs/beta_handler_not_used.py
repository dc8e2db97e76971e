# ---
# jupyter:
#   corpus:
#     title: scaled functions made and the unscaled ones called
#     # Wrong because poutine.scale returns a new function; here its result is thrown away.
#     points: {1a: 1.5, 2: 1.5, 3: 0.85}
#     fails: [3.beta_argument, 3.beta_loss, 3.trained_kl]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        pyro.poutine.scale(self._prior, scale=self.beta)
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z = self._prior(x.shape[0])
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.poutine.scale(super().guide, scale=self.beta)
        super().guide(x)

    def _prior(self, n):
        loc = torch.zeros((n, self.n_latent_features))
        return pyro.sample("latent", dist.Normal(loc, torch.ones_like(loc)).to_event(1))
