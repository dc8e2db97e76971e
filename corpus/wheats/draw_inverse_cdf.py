# ---
# jupyter:
#   corpus:
#     title: a sample by the inverse of the distribution function
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    def __init__(self, n_latent_features: int, n_hidden_neurons: int, n_output_features: int):
        super().__init__()

        self.hidden = nn.Linear(n_latent_features, n_hidden_neurons)
        self.output = nn.Linear(n_hidden_neurons, n_output_features)

    def forward(self, z: torch.Tensor):

        a = self.output(torch.relu(self.hidden(z)))
        r = torch.softmax(torch.stack([a, torch.zeros_like(a)]), dim=0)[0]

        return r


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

        share = torch.rand_like(z_loc).clamp(1e-6, 1 - 1e-6)
        z = dist.Normal(z_loc, z_scale).icdf(share)

        return z

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        r = self.decoder(z)

        return r.view(-1, *self.input_shape)

    def model(self, x: torch.Tensor):
        pyro.module("decoder", self.decoder)
        with pyro.plate("data", x.shape[0]):
            z = pyro.sample(
                "latent",
                dist.Normal(
                    x.new_zeros((x.shape[0], self.n_latent_features)), x.new_ones((x.shape[0], self.n_latent_features))
                ).to_event(1),
            )
            probabilities = self.decoder(z).view(x.shape)
            pyro.sample("obs", dist.Bernoulli(probabilities, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.shape[0]):
            z_loc, z_scale = self.encoder(x.flatten(start_dim=1))

            pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))
