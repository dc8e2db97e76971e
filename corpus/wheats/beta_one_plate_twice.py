# ---
# jupyter:
#   corpus:
#     title: one plate entered twice, once scaled and once not
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
        batch = pyro.plate("data", x.shape[0])
        with pyro.poutine.scale(scale=self.beta), batch:
            loc = torch.zeros((x.shape[0], self.n_latent_features))
            z = pyro.sample("latent", dist.Normal(loc, torch.ones_like(loc)).to_event(1))
        with batch:
            image = self.decoder_forward(z)
            pyro.sample("obs", dist.Bernoulli(image, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        """q(z|x), the only site of which is the latent one."""
        with pyro.poutine.scale(scale=self.beta):
            super().guide(x)
