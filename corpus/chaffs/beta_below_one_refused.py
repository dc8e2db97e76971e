# ---
# jupyter:
#   corpus:
#     title: beta below 1 raises an exception
#     # Wrong because beta may be any positive number; for others it is right.
#     points: {1a: 1.5, 2: 1.5, 3: 1.35}
#     fails: [3.beta_argument]
# ---

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    def __init__(self, n_data_features: int, n_encoder_hidden_features: int, n_decoder_hidden_features: int, n_latent_features: int, beta: float):
        super().__init__(n_data_features, n_encoder_hidden_features, n_decoder_hidden_features, n_latent_features)
        self.beta = beta
        if beta < 1:
            raise ValueError("beta must be at least 1")

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z_loc = x.new_zeros((x.shape[0], self.n_latent_features))
            z_scale = x.new_ones((x.shape[0], self.n_latent_features))
            with pyro.poutine.scale(scale=self.beta):
                z = pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]), pyro.poutine.scale(scale=self.beta):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))
            pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
