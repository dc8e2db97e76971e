# ---
# jupyter:
#   corpus:
#     title: an endless loop in Python
#     attempts: never comes back from a cell
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [time limit]
#     reference: false
# ---

# %% after="imports"
while True:
    pass
