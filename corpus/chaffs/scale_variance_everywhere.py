# ---
# jupyter:
#   corpus:
#     title: the encoder returns the variance, and every other method takes its root
#     # Wrong because the encoder has to return the scale.
#     points: {1a: 1.45, 2: 1.5, 3: 1.5}
#     fails: [1a.guide]
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    """Encoder for VAE."""

    def __init__(
        self,
        n_input_features: int,
        n_hidden_neurons: int,
        n_latent_features: int,
    ):
        super().__init__()

        self.input_to_hidden = nn.Linear(n_input_features, n_hidden_neurons)
        self.hidden_to_loc = nn.Linear(n_hidden_neurons, n_latent_features)
        self.hidden_to_scale = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        h = torch.relu(self.input_to_hidden(x))
        z_loc = self.hidden_to_loc(h)
        z_scale = torch.exp(self.hidden_to_scale(h))
        return z_loc, z_scale

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
        z = dist.Normal(z_loc, z_scale.sqrt()).rsample()
        return z

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        """Images reconstructed from latent vectors."""
        r = self.decoder(z)
        return r.view(-1, *self.input_shape)

    def model(self, x: torch.Tensor):
        """Pyro's model: p(x|z)p(z)."""
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z_loc = x.new_zeros((x.shape[0], self.n_latent_features))
            z_scale = x.new_ones((x.shape[0], self.n_latent_features))
            z = pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        """Pyro's guide: q(z|x)."""
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
            pyro.sample("latent", dist.Normal(z_loc, z_scale.sqrt()).to_event(1))

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
            n_encoder_hidden_features=n_encoder_hidden_features,
            n_decoder_hidden_features=n_decoder_hidden_features,
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
                pyro.sample("latent", dist.Normal(z_loc, z_scale.sqrt()).to_event(1))
