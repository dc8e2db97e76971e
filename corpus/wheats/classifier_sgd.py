# ---
# jupyter:
#   corpus:
#     title: a linear classifier by stochastic gradient descent through score()
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

from sklearn.linear_model import SGDClassifier

Y_train, Y_val = torch.tensor(y_train).numpy(), torch.tensor(y_val).numpy()


def latents(model, images):
    with torch.no_grad():
        return model.encoder_forward(images).cpu().numpy()


def evaluate(train, val):
    clf = SGDClassifier(loss="log_loss", max_iter=5, tol=None)
    began = time.monotonic_ns()
    clf.fit(train, Y_train)
    fitted = time.monotonic_ns()
    accuracy = clf.score(val, Y_val)
    scored = time.monotonic_ns()
    return {
        "classifier": clf,
        "accuracy": accuracy,
        "fit_time": (fitted - began) / 1e9,
        "predict_time": (scored - fitted) / 1e9,
    }


ae_model.eval()
vae_model.eval()
classification_results = {
    "raw": evaluate(X_train.reshape(len(X_train), -1).numpy(), X_val.reshape(len(X_val), -1).numpy()),
    "ae": evaluate(latents(ae_model, X_train), latents(ae_model, X_val)),
    "vae": evaluate(latents(vae_model, X_train), latents(vae_model, X_val)),
}
