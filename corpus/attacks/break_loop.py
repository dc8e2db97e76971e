# ---
# jupyter:
#   corpus:
#     title: an endless loop in Python
#     attempts: never comes back from a cell
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: [time limit]
# ---

# %% after="vae_model"
while True:
    pass
