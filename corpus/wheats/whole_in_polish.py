# ---
# jupyter:
#   corpus:
#     title: a whole submission with Polish names and written answers
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    """Koder: obraz -> parametry rozkładu normalnego."""

    def __init__(
        self,
        n_input_features: int,
        n_hidden_neurons: int,
        n_latent_features: int,
    ):
        super().__init__()

        self.wspolna = nn.Sequential(
            nn.Linear(n_input_features, n_hidden_neurons),
            nn.Tanh(),
        )
        self.warstwa_mu = nn.Linear(n_hidden_neurons, n_latent_features)
        self.warstwa_logvar = nn.Linear(n_hidden_neurons, n_latent_features)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, torch.Tensor]:
        """Encode data to gaussian distribution params."""
        ukryte = self.wspolna(x)
        mu = self.warstwa_mu(ukryte)  # bez aktywacji: średnia może być dowolna
        wariancja = torch.exp(self.warstwa_logvar(ukryte))
        return mu, wariancja ** 0.5

# %% grade_id="vae_decoder"
class VDecoder(nn.Module):
    """Decoder for VAE."""

    def __init__(
        self,
        n_latent_features: int,
        n_hidden_neurons: int,
        n_output_features: int,
    ):
        super().__init__()

        self.siec = nn.Sequential(
            nn.Linear(n_latent_features, n_hidden_neurons),
            nn.Tanh(),
            nn.Linear(n_hidden_neurons, n_output_features),
        )

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Decode latent vector to image."""
        return torch.sigmoid(self.siec(z))

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
        mu, sigma = self.encoder(x)
        szum = torch.normal(0.0, 1.0, size=sigma.shape)
        z = torch.addcmul(mu, sigma, szum)
        return z

    def decoder_forward(self, z: torch.Tensor) -> torch.Tensor:
        """Images reconstructed from latent vectors."""
        r = self.decoder.forward(z)
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
            pyro.sample("latent", dist.Normal(z_loc, z_scale).to_event(1))

# %% [markdown] grade_id="answer_1b"
# **Wnioski.** Zwiększanie rozmiaru reprezentacji ukrytej z 2 do 10 wyraźnie zmniejsza błąd rekonstrukcji,
# dalsze zwiększanie już nie: część wymiarów pozostaje równa rozkładowi a priori. Współczynnik uczenia 0,01
# prowadzi do szybszej zbieżności na początku, ale kończy z gorszym ELBO niż 0,001.

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

from sklearn.linear_model import Perceptron


def reprezentacja(nazwa, obrazy):
    if nazwa == "raw":
        return obrazy.flatten(start_dim=1).numpy()
    model = {"ae": ae_model, "vae": vae_model}[nazwa].eval()
    with torch.no_grad():
        return model.encoder_forward(obrazy).numpy()


classification_results = {}
for nazwa in ("raw", "ae", "vae"):
    uczace, walidacyjne = reprezentacja(nazwa, X_train), reprezentacja(nazwa, X_val)
    klasyfikator = Perceptron(max_iter=5, tol=None)
    poczatek = time.perf_counter()
    klasyfikator.fit(uczace, list(y_train))
    po_uczeniu = time.perf_counter()
    odpowiedzi = klasyfikator.predict(walidacyjne)
    koniec = time.perf_counter()
    trafione = sum(int(a == b) for a, b in zip(odpowiedzi, y_val))
    classification_results[nazwa] = {
        "classifier": klasyfikator,
        "accuracy": trafione / len(y_val),
        "fit_time": po_uczeniu - poczatek,
        "predict_time": koniec - po_uczeniu,
    }

# %% [markdown] grade_id="answer_2"
# Uczenie na reprezentacjach ukrytych jest wielokrotnie szybsze niż na pikselach, a dokładność jest zbliżona.
# Próbkowanie w VAE dodaje szum, dlatego wynik jest nieco niższy niż dla średnich rozkładu.

# %% grade_id="beta_vae"
class BetaVariationalAutoencoder(VariationalAutoencoder):
    """Beta-VAE: dywergencja KL z wagą beta."""

    def __init__(
        self,
        n_data_features: int,
        n_encoder_hidden_features: int,
        n_decoder_hidden_features: int,
        n_latent_features: int,
        beta: float,
    ):
        super().__init__(
            n_data_features,
            n_encoder_hidden_features,
            n_decoder_hidden_features,
            n_latent_features,
        )
        self._waga = beta

    def model(self, x: torch.Tensor):
        """Model z rozkładem a priori w potędze beta; wiarygodność bez zmian."""
        pyro.module("decoder", self.decoder)
        liczba = x.size(0)
        with pyro.plate("data", liczba):
            with pyro.poutine.scale(scale=self._waga):
                prior = dist.Normal(torch.zeros(liczba, self.n_latent_features), 1.0)
                z = pyro.sample("latent", prior.to_event(1))
            obraz = self.decoder_forward(z)
            pyro.sample("obs", dist.Bernoulli(obraz, validate_args=False).to_event(3), obs=x)

    def guide(self, x: torch.Tensor):
        """Posterior w potędze beta."""
        pyro.module("encoder", self.encoder)
        with pyro.plate("data", x.size(0)), pyro.poutine.scale(scale=self._waga):
            mu, sigma = self.encoder.forward(x.flatten(1))
            pyro.sample("latent", dist.Normal(mu, sigma).to_event(1))

# %% [markdown] grade_id="answer_3"
# Im większa wartość $\beta$, tym mniej wymiarów niesie informację i tym bardziej rozmyte są rekonstrukcje;
# pojedyncze wymiary łatwiej natomiast nazwać (pochylenie, grubość linii).
