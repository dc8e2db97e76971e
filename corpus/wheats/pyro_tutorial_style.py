# ---
# jupyter:
#   corpus:
#     title: as in Pyro's tutorial, flat images are observed; the encoder returns a list
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    """Encoder for VAE."""

    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()
        self.fc1 = nn.Linear(n_input_features, n_hidden_neurons)
        self.fc21 = nn.Linear(n_hidden_neurons, n_latent_features)
        self.fc22 = nn.Linear(n_hidden_neurons, n_latent_features)
        self.softplus = nn.Softplus()

    def forward(self, x: torch.Tensor):
        """Encode data to gaussian distribution params."""
        hidden = self.softplus(self.fc1(x))
        return [self.fc21(hidden), torch.exp(self.fc22(hidden))]

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
        self.image_size = None

    def encoder_forward(self, x: torch.Tensor) -> torch.Tensor:
        """Sample latent vectors of images."""
        self.image_size = x.size()[1:]
        loc, scale = self.encoder(x.reshape(len(x), -1))
        return dist.Normal(loc, scale).sample()

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        """Reconstruct images from latent vectors."""
        return self.decoder(z).reshape(len(z), *self.image_size)

    def model(self, x: torch.Tensor):
        """p(x|z)p(z), of flat images."""
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z_loc = x.new_zeros(torch.Size((x.shape[0], self.n_latent_features)))
            z_scale = x.new_ones(torch.Size((x.shape[0], self.n_latent_features)))
            z = pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
            flat = x.reshape(len(x), -1)
            pyro.sample("obs", dist.Bernoulli(self.decoder(z), validate_args=False).to_event(1), obs=flat)

    def guide(self, x: torch.Tensor):
        """q(z|x)"""
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.reshape(len(x), -1))
            pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """beta-VAE."""

    def __init__(self, *args, beta: float, **kwargs):
        super().__init__(*args, **kwargs)
        self.beta = beta

    def model(self, x: torch.Tensor):
        """p(x|z) times p(z) to the power of beta."""
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            with pyro.poutine.scale(None, self.beta):
                prior = dist.Normal(x.new_zeros(len(x), self.n_latent_features), 1.0)
                z = pyro.sample("latent", prior.to_event(1))
            flat = x.reshape(len(x), -1)
            pyro.sample("obs", dist.Bernoulli(self.decoder(z), validate_args=False).to_event(1), obs=flat)

    def guide(self, x: torch.Tensor):
        """q(z|x) to the power of beta."""
        with pyro.poutine.scale(None, self.beta):
            super().guide(x)
