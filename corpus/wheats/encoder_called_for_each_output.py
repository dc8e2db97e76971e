# ---
# jupyter:
#   corpus:
#     title: the encoder called once for each of its outputs, and once more in the model
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_model"
class VariationalAutoencoder(BaseAutoEncoder):
    """Variational autoencoder."""

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

    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        """Latent vectors of images, one sample from q(z|x) an image."""
        self.input_shape = x.shape[1:]
        x = x.flatten(start_dim=1)
        z_loc, z_scale = self.encoder(x)
        z = dist.Normal(z_loc, z_scale).rsample()
        return z

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        """Images reconstructed from latent vectors."""
        r = self.decoder(z)
        return r.view(-1, *self.input_shape)

    def model(self, x: torch.Tensor):
        """Pyro model for VAE; p(x|z)p(z)."""
        pyro.module("decoder", self.decoder)
        n_images = len(x)
        self.last_scale = self.encoder(x.flatten(1))[1].mean().item()  # to be looked at after training
        prior = dist.Normal(0.0, 1.0).expand([n_images, self.n_latent_features]).to_event(1)
        with pyro.plate("data", n_images):
            z = pyro.sample("latent", prior)
            likelihood = dist.Bernoulli(probs=self.decoder_forward(z), validate_args=False)
            pyro.sample("obs", likelihood.to_event(x.dim() - 1), obs=x)

    def guide(self, x: torch.Tensor):
        """Pyro guide for VAE; q(z|x)"""
        pyro.module("encoder", self.encoder)
        flat = x.flatten(1)
        posterior = dist.Normal(self.encoder(flat)[0], self.encoder(flat)[1])
        with pyro.plate("data", len(x)):
            pyro.sample("latent", posterior.to_event(1))
