# ---
# jupyter:
#   corpus:
#     title: a clustering whose numbers are taken for digits
#     # Wrong because it learns from no labels.
#     points: {1a: 1.5, 2: 1.35, 3: 1.5}
#     fails: [2.latents_informative]
# ---

# %% grade_id="classification"
from time import perf_counter

X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)
y_train, y_val = np.array(y_train), np.array(y_val)
from sklearn.cluster import KMeans

def make():
    return KMeans(10, n_init=1)

def encode(model, X):
    model.eval()
    with torch.no_grad():
        return model.encoder_forward(X).numpy()

features = {
    "raw": (X_train.flatten(1).numpy(), X_val.flatten(1).numpy()),
    "ae": (encode(ae_model, X_train), encode(ae_model, X_val)),
    "vae": (encode(vae_model, X_train), encode(vae_model, X_val)),
}

classification_results = {}
for name, (f_train, f_val) in features.items():
    clf = make()
    t0 = perf_counter()
    clf.fit(f_train, y_train)
    t1 = perf_counter()
    pred = clf.predict(f_val)
    t2 = perf_counter()
    classification_results[name] = {"classifier": clf, "accuracy": float((pred == y_val).mean()), "fit_time": t1 - t0, "predict_time": t2 - t1}
