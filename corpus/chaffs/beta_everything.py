# ---
# jupyter:
#   corpus:
#     title: the whole model and the whole guide scaled by beta
#     # Wrong because the whole loss is multiplied by β, which changes the learning rate and not the balance
#     # of its parts.
#     points: {1a: 1.5, 2: 1.5, 3: 0.9}
#     fails: [3.beta_loss, 3.likelihood_scale, 3.trained_kl]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        return pyro.poutine.scale(super().model, scale=self.beta)(x)

    def guide(self, x: torch.Tensor):
        return pyro.poutine.scale(super().guide, scale=self.beta)(x)
