# ---
# jupyter:
#   corpus:
#     title: only super().guide scaled by beta and the model inherited
#     # Wrong because the loss gets β log q - log p: the prior's log-probability is not scaled.
#     points: {1a: 1.5, 2: 1.5, 3: 0.65}
#     fails: [3.beta_loss, 3.prior_scale, 3.trained_kl, 3.trained_variance]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def guide(self, x: torch.Tensor):
        """q(z|x) z wagą beta"""
        with pyro.poutine.scale(scale=self.beta):
            return super().guide(x)
