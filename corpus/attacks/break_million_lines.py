# ---
# jupyter:
#   corpus:
#     title: a million lines
#     attempts: prints a million lines
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: [output limit]
# ---

# %% after="vae_model"
for number in range(10**6):
    print(number)
