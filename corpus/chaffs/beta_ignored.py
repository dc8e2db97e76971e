# ---
# jupyter:
#   corpus:
#     title: beta is stored and never used
#     # Wrong because the model is the plain VAE whatever beta.
#     points: {1a: 1.5, 2: 1.5, 3: 0.85}
#     fails: [3.beta_argument, 3.beta_loss, 3.trained_kl]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta
