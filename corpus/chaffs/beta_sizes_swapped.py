# ---
# jupyter:
#   corpus:
#     title: the encoder's and the decoder's hidden sizes are swapped
#     # Wrong because the constructor does not pass its arguments on.
#     points: {1a: 1.5, 2: 1.5, 3: 1.4}
#     fails: [3.subclass]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE: a variational autoencoder with beta times the KL term in its loss."""

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
            n_encoder_hidden_features=n_decoder_hidden_features,
            n_decoder_hidden_features=n_encoder_hidden_features,
            n_latent_features=n_latent_features,
        )
        self.beta = beta

    def model(self, x: torch.Tensor):
        """p(x|z) p(z)^beta."""
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z_loc = x.new_zeros((x.shape[0], self.n_latent_features))
            z_scale = x.new_ones((x.shape[0], self.n_latent_features))
            with pyro.poutine.scale(scale=self.beta):
                z = pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        """q(z|x)^beta."""
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
            with pyro.poutine.scale(scale=self.beta):
                pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
