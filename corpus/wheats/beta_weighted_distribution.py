# ---
# jupyter:
#   corpus:
#     title: β in a distribution of the student's own
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="beta_vae"
class Weighted(dist.Normal):
    def __init__(self, loc, scale, weight):
        super().__init__(loc, scale)
        self.weight = weight

    def expand(self, shape, _instance=None):
        return Weighted(self.loc.expand(shape), self.scale.expand(shape), self.weight)

    def log_prob(self, value):
        return self.weight * super().log_prob(value)


class BetaVariationalAutoencoder(VariationalAutoencoder):
    """The VAE with beta times the KL term."""

    def __init__(self, *args, beta=1.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            prior = dist.Normal(
                x.new_zeros((x.shape[0], self.n_latent_features)), x.new_ones((x.shape[0], self.n_latent_features))
            ).to_event(1)
            z = pyro.sample("latent", Weighted(prior.mean, prior.stddev, self.beta).to_event(1))
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
            q = dist.Normal(z_loc, z_scale).to_event(1)
            pyro.sample("latent", Weighted(q.mean, q.stddev, self.beta).to_event(1))
