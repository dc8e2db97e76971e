# ---
# jupyter:
#   corpus:
#     title: beta applied twice
#     # Wrong because two nested handlers multiply the KL divergence by β².
#     points: {1a: 1.5, 2: 1.5, 3: 0.75}
#     fails: [3.beta_loss, 3.posterior_scale, 3.prior_scale]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z = self.scaled_latent(x.new_zeros((x.shape[0], self.n_latent_features)), torch.ones(self.n_latent_features))
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            self.scaled_latent(*self.encoder(x.flatten(start_dim=1)))

    def scaled_latent(self, loc, scale):
        with pyro.poutine.scale(scale=self.beta), pyro.poutine.scale(scale=self.beta):
            return pyro.sample("latent", dist.Normal(loc, scale).to_event(1))
