# ---
# jupyter:
#   corpus:
#     title: output without end
#     attempts: prints long lines without end
#     points: {1a: 0, 2: 0, 3: 0}
#     # Time or memory ends it, as the machine can or cannot keep up with reading: so it is not asked which.
#     flags: [output limit]
#     reference: false
# ---

# %% after="imports"
while True:
    print("x" * 100_000)
