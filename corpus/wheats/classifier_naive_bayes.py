# ---
# jupyter:
#   corpus:
#     title: Gaussian naive Bayes on the mean of the posterior
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

from time import time

from sklearn.metrics import accuracy_score
from sklearn.naive_bayes import GaussianNB


@torch.no_grad()
def zakoduj(model, X):
    """Ukryte reprezentacje obrazów: kod autokodera albo średnia rozkładu VAE."""
    model.eval()
    kod = model.encoder(X.flatten(1))
    return (kod[0] if isinstance(kod, tuple) else kod).numpy()


def zbadaj(train, val):
    klasyfikator = GaussianNB(var_smoothing=1e-2)
    t0 = time()
    klasyfikator.fit(train, y_train)
    t1 = time()
    przewidziane = klasyfikator.predict(val)
    t2 = time()
    return dict(
        classifier=klasyfikator,
        accuracy=accuracy_score(y_val, przewidziane),
        fit_time=t1 - t0,
        predict_time=t2 - t1,
    )


classification_results = dict(
    raw=zbadaj(X_train.flatten(1).numpy(), X_val.flatten(1).numpy()),
    ae=zbadaj(zakoduj(ae_model, X_train), zakoduj(ae_model, X_val)),
    vae=zbadaj(zakoduj(vae_model, X_train), zakoduj(vae_model, X_val)),
)
for nazwa, wynik in classification_results.items():
    print(f"{nazwa:>4}: dokładność {wynik['accuracy']:.3f}, uczenie {wynik['fit_time']:.3f} s")
