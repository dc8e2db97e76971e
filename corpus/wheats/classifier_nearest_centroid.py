# ---
# jupyter:
#   corpus:
#     title: nearest centroid with latents encoded batch by batch
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import timeit

from sklearn.neighbors import NearestCentroid


def encode_in_batches(model, images, batch_size=500):
    model.eval()
    codes = []
    with torch.no_grad():
        for batch in torch.split(images, batch_size):
            codes.append(model.encoder_forward(batch))
    return torch.cat(codes).numpy()


train_inputs = {"raw": X_train.view(len(X_train), -1).numpy()}
val_inputs = {"raw": X_val.view(len(X_val), -1).numpy()}
for key, model in [("ae", ae_model), ("vae", vae_model)]:
    train_inputs[key] = encode_in_batches(model, X_train)
    val_inputs[key] = encode_in_batches(model, X_val)

y_train, y_val = np.array(y_train), np.array(y_val)
classification_results = {key: {} for key in ("raw", "ae", "vae")}
for key, result in classification_results.items():
    clf = NearestCentroid()
    start = timeit.default_timer()
    clf.fit(train_inputs[key], y_train)
    result["fit_time"] = timeit.default_timer() - start
    start = timeit.default_timer()
    y_pred = clf.predict(val_inputs[key])
    result["predict_time"] = timeit.default_timer() - start
    result["classifier"] = clf
    result["accuracy"] = (y_pred == y_val).mean()  # np.float64
classification_results
