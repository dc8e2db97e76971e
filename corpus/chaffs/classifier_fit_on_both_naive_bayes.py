# ---
# jupyter:
#   corpus:
#     title: naive Bayes fitted on the training and the validation set together
#     # Wrong because the validation images were learnt from, though so simple a classifier hardly overfits them.
#     points: {1a: 1.5, 2: 1.25, 3: 1.5}
#     fails: [2.trained_on_train]
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

from sklearn.naive_bayes import GaussianNB

ae_model.eval()
vae_model.eval()
with torch.no_grad():
    representations = {
        "raw": (X_train.flatten(1).numpy(), X_val.flatten(1).numpy()),
        "ae": (ae_model.encoder_forward(X_train).numpy(), ae_model.encoder_forward(X_val).numpy()),
        "vae": (vae_model.encoder(X_train.flatten(1))[0].numpy(), vae_model.encoder(X_val.flatten(1))[0].numpy()),
    }

classification_results = {}
for name, (train_features, val_features) in representations.items():
    classifier = GaussianNB()
    start = time.perf_counter()
    classifier.fit(np.concatenate([train_features, val_features]), y_train + y_val)
    fit_time = time.perf_counter() - start
    start = time.perf_counter()
    predicted = classifier.predict(val_features)
    predict_time = time.perf_counter() - start
    classification_results[name] = {
        "classifier": classifier,
        "accuracy": float(np.mean(predicted == np.array(y_val))),
        "fit_time": fit_time,
        "predict_time": predict_time,
    }
    print(name, classification_results[name])
