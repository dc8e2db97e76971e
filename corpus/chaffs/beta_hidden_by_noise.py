# ---
# jupyter:
#   corpus:
#     title: beta never used, and noise in the loss in which nobody would see that
#     # Wrong because the model is the plain VAE whatever beta; the factor has the mean 0.
#     points: {1a: 1.5, 2: 1.5, 3: 0.5}
#     fails: [3.beta_one, 3.beta_loss, 3.posterior_scale, 3.prior_scale, 3.trained_kl]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        """Pyro model for beta-VAE"""
        super().model(x)
        pyro.factor("noise", 1e6 * torch.randn(()))
