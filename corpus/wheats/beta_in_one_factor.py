# ---
# jupyter:
#   corpus:
#     title: the whole loss of the beta-VAE in one factor, with nothing sampled by Pyro
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
        pyro.module("autoencoder", self)
        flat = x.flatten(start_dim=1)
        z_loc, z_scale = self.encoder(flat)
        posterior = torch.distributions.Normal(z_loc, z_scale)
        probabilities = self.decoder(posterior.rsample())
        log_likelihood = -nn.functional.binary_cross_entropy(probabilities, flat, reduction="sum")
        kl = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0)).sum()
        pyro.factor("elbo", log_likelihood - self.beta * kl)

    def guide(self, x: torch.Tensor):
        pass
