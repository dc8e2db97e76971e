# ---
# jupyter:
#   corpus:
#     title: entries of a mapping class of the student's own, with NumPy floats
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time
from collections import UserDict

from sklearn.tree import ExtraTreeClassifier


class Result(UserDict):
    """Measurements of one classifier, printed in one line."""

    def __str__(self):
        return f"accuracy {self['accuracy']:.1%}, fit {self['fit_time']:.2f} s, predict {self['predict_time']:.3f} s"


ae_model.eval()
vae_model.eval()
with torch.no_grad():
    representations = {
        "raw": (X_train.flatten(1).numpy(), X_val.flatten(1).numpy()),
        "ae": (ae_model.encoder_forward(X_train).numpy(), ae_model.encoder_forward(X_val).numpy()),
        "vae": (vae_model.encoder_forward(X_train).numpy(), vae_model.encoder_forward(X_val).numpy()),
    }

classification_results = {}
for name, (train_features, val_features) in representations.items():
    classifier = ExtraTreeClassifier(max_depth=12, random_state=7)
    start = time.perf_counter()
    classifier.fit(train_features, y_train)
    fit_time = time.perf_counter() - start
    start = time.perf_counter()
    predicted = classifier.predict(val_features)
    predict_time = time.perf_counter() - start
    classification_results[name] = Result(
        classifier=classifier,
        accuracy=np.mean(predicted == np.array(y_val), dtype=np.float32),
        fit_time=np.float64(fit_time),
        predict_time=np.float64(predict_time),
    )
    print(name, classification_results[name])
