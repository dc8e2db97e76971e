# ---
# jupyter:
#   corpus:
#     title: no VAE, and the other two classifiers
#     # Wrong because task 1a is not solved; what is there of task 2 is right.
#     points: {1a: 0.25, 2: 1.3, 3: 0}
#     fails: [1a.encoder_shapes, 1a.scale_positive, 1a.loc_range, 1a.scale_range, 1a.scale_depends_on_x,
#       1a.separate_heads, 1a.encoder_forward_distribution, 1a.encoder_forward_independence, 1a.decoder_forward,
#       1a.gradients, 1a.model, 1a.guide, 1a.elbo, 1a.trained_elbo, 1a.trained_posterior, 2.entries,
#       3.subclass, 3.beta_argument, 3.beta_one, 3.beta_loss, 3.posterior_scale, 3.prior_scale,
#       3.likelihood_scale, 3.trained_kl, 3.trained_variance]
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features: int, n_hidden_neurons: int, n_latent_features: int):
        super().__init__()
        raise NotImplementedError()

# %% grade_id="classification"
X_train, y_train = zip(*train_dataset)
X_train = torch.stack(X_train)
X_val, y_val = zip(*val_dataset)
X_val = torch.stack(X_val)

import time

from sklearn.tree import DecisionTreeClassifier

ae_model.eval()
with torch.no_grad():
    representations = {
        "raw": (X_train.flatten(1).numpy(), X_val.flatten(1).numpy()),
        "ae": (ae_model.encoder_forward(X_train).numpy(), ae_model.encoder_forward(X_val).numpy()),
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
