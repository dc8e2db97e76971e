# ---
# jupyter:
#   corpus:
#     title: a classifier written by hand, with fit and predict alone
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time


class NearestMean:
    """The class whose mean is nearest."""

    def fit(self, X, y):
        y = np.asarray(y)
        self.means = np.stack([X[y == label].mean(axis=0) for label in range(10)])

    def predict(self, X):
        return ((X[:, None, :] - self.means) ** 2).sum(axis=-1).argmin(axis=1)


def features(model, images):
    model.eval()
    with torch.no_grad():
        return model.encoder_forward(images).numpy()


inputs = {
    "raw": (X_train.flatten(1).numpy(), X_val.flatten(1).numpy()),
    "ae": (features(ae_model, X_train), features(ae_model, X_val)),
    "vae": (features(vae_model, X_train), features(vae_model, X_val)),
}
classification_results = {}
for name, (train_features, val_features) in inputs.items():
    classifier = NearestMean()
    start = time.time()
    classifier.fit(train_features, y_train)
    middle = time.time()
    predicted = torch.tensor(classifier.predict(val_features))
    end = time.time()
    classification_results[name] = {
        "classifier": classifier,
        "accuracy": (predicted == torch.tensor(y_val)).float().mean().item(),
        "fit_time": middle - start,
        "predict_time": end - middle,
    }
