# ---
# jupyter:
#   corpus:
#     title: half of a character
#     attempts: prints and raises text that no file in UTF-8 can hold, so that the notebook cannot be written
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% grade_id="vae_encoder"
class VEncoder(nn.Module):
    def __init__(self, n_input_features, n_hidden_neurons, n_latent_features):
        super().__init__()
        raise ValueError("\ud83d")


print("\ud83d")
raise ValueError("\ud83d")
