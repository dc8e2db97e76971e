# ---
# jupyter:
#   corpus:
#     title: β per latent
#     # Wrong because beta is divided by the number of latents.
#     points: {1a: 1.5, 2: 1.5, 3: 0.5}
#     fails: [3.beta_one, 3.beta_loss, 3.posterior_scale, 3.prior_scale, 3.trained_kl]
# ---

# %% grade_id="beta_vae"
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
        self.beta = beta

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            with pyro.poutine.scale(scale=(self.beta / self.n_latent_features)):
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
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
            with pyro.poutine.scale(scale=(self.beta / self.n_latent_features)):
                pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
