# ---
# jupyter:
#   corpus:
#     title: everything scaled by beta, and the likelihood scaled back by 1/beta
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
        pyro.module("decoder", self.decoder)
        with pyro.poutine.scale(scale=self.beta), pyro.plate("data", x.shape[0]):
            z_loc = torch.zeros((x.shape[0], self.n_latent_features))
            z = pyro.sample("latent", dist.Normal(z_loc, torch.ones_like(z_loc)).to_event(1))
            probabilities = self.decoder(z).view(x.shape)
            with pyro.poutine.scale(scale=1 / self.beta):  # the likelihood keeps its weight of 1
                pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        """q(z|x), the only site of which is the latent one."""
        with pyro.poutine.scale(scale=self.beta):
            super().guide(x)
