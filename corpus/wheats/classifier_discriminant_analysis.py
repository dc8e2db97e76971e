# ---
# jupyter:
#   corpus:
#     title: discriminant analysis of latents in batches
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

make = LinearDiscriminantAnalysis


def encode(model, images):
    model.eval()
    with torch.no_grad():
        return np.concatenate([model.encoder_forward(batch).numpy() for batch in images.split(500)])


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


from collections import defaultdict

classification_results = defaultdict(dict)
for name in ("raw", "ae", "vae"):
    for key, value in evaluate(name, make()).items():
        classification_results[name][key] = value
