# ---
# jupyter:
#   corpus:
#     title: plates over images, latents and pixels in place of to_event
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_model"
class VariationalAutoencoder(BaseAutoEncoder):
    def __init__(self, n_data_features: int, n_encoder_hidden_features: int, n_decoder_hidden_features: int, n_latent_features: int):
        super().__init__(
            encoder=VEncoder(n_data_features, n_encoder_hidden_features, n_latent_features),
            decoder=VDecoder(n_latent_features, n_decoder_hidden_features, n_data_features),
            n_latent_features=n_latent_features,
        )
        self.input_shape = None
        pass

    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        self.input_shape = x.shape[1:]
        x = x.flatten(start_dim=1)
        z_loc, z_scale = self.encoder(x)
        z = z_loc + z_scale * torch.randn_like(z_loc)
        return z

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.decoder(z).view(-1, *self.input_shape)

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0], dim=-2):
            with pyro.plate("latent_dim", self.n_latent_features, dim=-1):
                z = pyro.sample("latent", dist.Normal(x.new_tensor(0.0), x.new_tensor(1.0)))
            probabilities = self.decoder(z)
            with pyro.plate("pixels", probabilities.shape[1], dim=-1):
                pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False), obs=x.flatten(1))

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
        with pyro.plate("data", x.shape[0], dim=-2), pyro.plate("latent_dim", self.n_latent_features, dim=-1):
            pyro.sample("latent", dist.Normal(z_loc, z_scale))

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    def __init__(self, n_data_features, n_encoder_hidden_features, n_decoder_hidden_features, n_latent_features, beta):
        super().__init__(n_data_features, n_encoder_hidden_features, n_decoder_hidden_features, n_latent_features)
        self.beta = beta

    def model(self, x):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0], dim=-2):
            with pyro.plate("latent_dim", self.n_latent_features, dim=-1), pyro.poutine.scale(scale=self.beta):
                z = pyro.sample("latent", dist.Normal(x.new_tensor(0.0), x.new_tensor(1.0)))
            probabilities = self.decoder(z)
            with pyro.plate("pixels", probabilities.shape[1], dim=-1):
                pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False), obs=x.flatten(1))

    def guide(self, x):
        pyro.module("encoder", self.encoder)
        z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
        with pyro.plate("data", x.shape[0], dim=-2), pyro.plate("latent_dim", self.n_latent_features, dim=-1):
            with pyro.poutine.scale(scale=self.beta):
                pyro.sample("latent", dist.Normal(z_loc, z_scale))
