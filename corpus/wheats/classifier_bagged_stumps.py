# ---
# jupyter:
#   corpus:
#     title: bagged stumps on means of the posterior
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

from sklearn.ensemble import BaggingClassifier
from sklearn.tree import DecisionTreeClassifier


def make():
    return BaggingClassifier(DecisionTreeClassifier(max_depth=5), 3, random_state=0)


def encode(model, images):
    model.eval()
    with torch.no_grad():
        encoded = model.encoder(images.flatten(1))
        return (encoded[0] if isinstance(encoded, (tuple, list)) else encoded).numpy()


def features(name, images):
    if name == "raw":
        return images.flatten(1).numpy()
    return encode({"ae": ae_model, "vae": vae_model}[name], images)


def evaluate(name, classifier):
    train, val = features(name, X_train), features(name, X_val)
    labels, val_labels = np.array(y_train), np.array(y_val)

    start = time.perf_counter()
    classifier.fit(train, labels)
    fitted = time.perf_counter()
    predictions = classifier.predict(val)
    predicted = time.perf_counter()
    accuracy = float(np.mean(predictions == val_labels))
    fit_time, predict_time = fitted - start, predicted - fitted

    return {"classifier": classifier, "accuracy": accuracy, "fit_time": fit_time, "predict_time": predict_time}


classification_results = {}
for name in ("raw", "ae", "vae"):
    entry = evaluate(name, make())
    classification_results[name] = {
        key: value if key == "classifier" else np.float64(value) for key, value in entry.items()
    }
