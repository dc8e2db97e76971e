# ---
# jupyter:
#   corpus:
#     title: a sample of the guide's trace
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_model"
class VariationalAutoencoder(BaseAutoEncoder):
    def __init__(
        self,
        n_data_features: int,
        n_encoder_hidden_features: int,
        n_decoder_hidden_features: int,
        n_latent_features: int,
    ):
        super().__init__(
            encoder=VEncoder(n_data_features, n_encoder_hidden_features, n_latent_features),
            decoder=VDecoder(n_latent_features, n_decoder_hidden_features, n_data_features),
            n_latent_features=n_latent_features,
        )
        self.input_shape = None
        self.n_pixels = n_data_features

    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        self.input_shape = x.shape[1:]
        x = x.flatten(start_dim=1)
        z_loc, z_scale = self.encoder(x)

        trace = pyro.poutine.trace(self.guide).get_trace(x.view(-1, *self.input_shape))
        z = trace.nodes["latent"]["value"]

        return z

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        r = self.decoder(z)

        return r.view(-1, *self.input_shape)

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z = pyro.sample(
                "latent",
                dist.Independent(
                    dist.Normal(
                        x.new_zeros((x.shape[0], self.n_latent_features)),
                        x.new_ones((x.shape[0], self.n_latent_features)),
                    ),
                    1,
                ),
            )
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))

            pyro.sample("latent", dist.Independent(dist.Normal(loc=z_loc, scale=z_scale), 1))


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
            with pyro.poutine.scale(scale=self.beta):
                z = pyro.sample(
                    "latent",
                    dist.Independent(
                        dist.Normal(
                            x.new_zeros((x.shape[0], self.n_latent_features)),
                            x.new_ones((x.shape[0], self.n_latent_features)),
                        ),
                        1,
                    ),
                )
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
            with pyro.poutine.scale(scale=self.beta):
                pyro.sample("latent", dist.Independent(dist.Normal(loc=z_loc, scale=z_scale), 1))
