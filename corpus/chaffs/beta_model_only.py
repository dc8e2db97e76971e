# ---
# jupyter:
#   corpus:
#     title: the whole model scaled by beta and the guide not
#     # Wrong because prior and likelihood are both multiplied by β, and the guide's log-probability is not.
#     points: {1a: 1.5, 2: 1.5, 3: 0.7}
#     fails: [3.beta_loss, 3.posterior_scale, 3.likelihood_scale, 3.trained_kl]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        with pyro.poutine.scale(scale=self.beta):
            super().model(x)
