# ---
# jupyter:
#   corpus:
#     title: a Laplace distribution in the guide
#     # Wrong because the posterior is a normal distribution; the beta-VAE is right beside this VAE.
#     points: {1a: 1.4, 2: 1.5, 3: 1.5}
#     fails: [1a.guide, 1a.elbo]
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
        with pyro.plate("data", x.shape[0]):
            z_loc = x.new_zeros((x.shape[0], self.n_latent_features))
            z_scale = x.new_ones((x.shape[0], self.n_latent_features))
            z = pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
            pyro.sample("latent", dist.Laplace(z_loc, z_scale).to_event(1))
