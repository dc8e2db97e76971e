# ---
# jupyter:
#   corpus:
#     title: a pipeline made anew for each representation, with a function and a random part in it
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     fails: []
# ---

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier


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
for seed, (name, (train_features, val_features)) in enumerate(inputs.items()):
    classifier = make_pipeline(
        FunctionTransformer(lambda values: np.clip(values, -10, 10)),
        DecisionTreeClassifier(max_depth=8, random_state=seed),
    )
    start = time.time()
    classifier.fit(train_features, y_train)
    middle = time.time()
    predicted = classifier.predict(val_features)
    end = time.time()
    classification_results[name] = {
        "classifier": classifier,
        "accuracy": float(np.mean(predicted == np.array(y_val))),
        "fit_time": middle - start,
        "predict_time": end - middle,
    }
