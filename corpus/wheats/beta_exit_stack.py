# ---
# jupyter:
#   corpus:
#     title: β by handlers on an ExitStack
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="beta_vae"
import contextlib


class BetaVariationalAutoencoder(VariationalAutoencoder):
    """The VAE with beta times the KL term."""

    def __init__(
        self,
        n_data_features: int,
        n_encoder_hidden_features: int,
        n_decoder_hidden_features: int,
        n_latent_features: int,
        beta: float,
    ):
        super().__init__(
            n_data_features=n_data_features,
            n_encoder_hidden_features=n_encoder_hidden_features,
            n_decoder_hidden_features=n_decoder_hidden_features,
            n_latent_features=n_latent_features,
        )
        self.beta = nn.Parameter(torch.tensor(float(beta)), requires_grad=False)

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            with contextlib.ExitStack() as stack:
                stack.enter_context(pyro.poutine.scale(scale=self.beta))
                z = pyro.sample(
                    "latent",
                    dist.Normal(
                        x.new_zeros((x.shape[0], self.n_latent_features)),
                        x.new_ones((x.shape[0], self.n_latent_features)),
                    ).to_event(1),
                )
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        with pyro.poutine.scale(scale=self.beta):
            super().guide(x)
