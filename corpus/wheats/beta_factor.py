# ---
# jupyter:
#   corpus:
#     title: the VAE of the parent plus a factor of (1 - beta) times the KL estimate
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
        trace = pyro.poutine.trace(super().model).get_trace(x)
        z = trace.nodes["latent"]["value"]
        loc, scale = self.encoder.forward(x.view(x.shape[0], -1))
        log_q = dist.Normal(loc, scale).log_prob(z).sum(-1)
        log_p = dist.Normal(0.0, 1.0).log_prob(z).sum(-1)
        # Trace_ELBO ma już KL z wagą 1; brakuje beta - 1
        with pyro.plate("regularisation", x.shape[0]):
            pyro.factor("extra_kl", (1.0 - self.beta) * (log_q - log_p))
