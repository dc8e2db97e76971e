# ---
# jupyter:
#   corpus:
#     title: output without end
#     attempts: prints long lines without end
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [time limit]
#     reference: false
# ---

# %% after="imports"
while True:
    print("x" * 100_000)
