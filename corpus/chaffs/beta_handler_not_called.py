# ---
# jupyter:
#   corpus:
#     title: scaled functions returned and never called
#     # Wrong because model and guide return a function and sample nothing, so the loss is empty.
#     points: {1a: 1.5, 2: 1.5, 3: 0.1}
#     fails: [3.beta_argument, 3.beta_one, 3.beta_loss, 3.posterior_scale, 3.prior_scale,
#       3.likelihood_scale, 3.trained_kl, 3.trained_variance]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        return pyro.poutine.scale(super().model, scale=self.beta)

    def guide(self, x: torch.Tensor):
        return pyro.poutine.scale(super().guide, scale=self.beta)
