# ---
# jupyter:
#   corpus:
#     title: pixels of 0..255
#     # Wrong because the raw pixels are numbers from 0 to 1, and the stored classifier expects others.
#     points: {1a: 1.5, 2: 1.2, 3: 1.5}
#     fails: [2.accuracy]
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

from sklearn.tree import DecisionTreeClassifier

ae_model.eval()
vae_model.eval()
with torch.no_grad():
    representations = {
        "raw": (255 * X_train.flatten(1).numpy(), 255 * X_val.flatten(1).numpy()),
        "ae": (ae_model.encoder_forward(X_train).numpy(), ae_model.encoder_forward(X_val).numpy()),
        "vae": (vae_model.encoder_forward(X_train).numpy(), vae_model.encoder_forward(X_val).numpy()),
    }

classification_results = {}
for name, (train_features, val_features) in representations.items():
    classifier = DecisionTreeClassifier(max_depth=10, random_state=0)
    start = time.perf_counter()
    classifier.fit(train_features, y_train)
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
