# ---
# jupyter:
#   corpus:
#     title: β by functools.partial
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="beta_vae"
from functools import partial


class BetaVariationalAutoencoder(VariationalAutoencoder):
    """The VAE with beta times the KL term."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            with partial(pyro.poutine.scale, scale=self.beta)():
                z = pyro.sample(
                    "latent",
                    dist.Normal(
                        x.new_zeros((x.shape[0], self.n_latent_features)),
                        x.new_ones((x.shape[0], self.n_latent_features)),
                    ).to_event(1),
                )
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
            with partial(pyro.poutine.scale, scale=self.beta)():
                pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
