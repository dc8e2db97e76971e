# ---
# jupyter:
#   corpus:
#     title: a factor of (1 - beta) times the analytic KL before the model of the parent
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
        z_loc, z_scale = self.encoder(x.view(x.shape[0], -1))
        posterior = torch.distributions.Normal(z_loc, z_scale)
        # Trace_ELBO ma już KL z wagą 1; brakuje beta - 1
        divergence = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0)).sum()
        pyro.factor("extra_kl", (1.0 - self.beta) * divergence)
        super().model(x)
