# ---
# jupyter:
#   corpus:
#     title: a decorator of methods that scales what they sample
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="beta_vae"
def scaled_by_beta(method):
    """Multiply the log-probabilities of everything sampled in the method by self.beta."""

    def scaled(self, *args):
        with pyro.poutine.scale(scale=self.beta):
            return method(self, *args)

    return scaled


class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    @scaled_by_beta
    def sample_prior(self, n):
        loc, scale = torch.zeros(n, self.n_latent_features), torch.ones(n, self.n_latent_features)
        return pyro.sample("latent", dist.Normal(loc, scale).to_event(1))

    @scaled_by_beta
    def sample_posterior(self, x):
        loc, scale = self.encoder(x.view(x.shape[0], -1))
        return pyro.sample("latent", dist.Normal(loc, scale).to_event(1))

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z = self.sample_prior(x.shape[0])
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            self.sample_posterior(x)
