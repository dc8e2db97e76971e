# ---
# jupyter:
#   corpus:
#     title: output without end
#     attempts: prints long lines without end
#     points: {1a: 0, 2: 0, 3: 0}
#     # By time or by memory, as the machine can or cannot keep up with reading: so only the end is asked for.
#     flags: [kernel ended]
#     reference: false
# ---

# %% after="imports"
while True:
    print("x" * 100_000)
