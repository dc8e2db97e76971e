# ---
# jupyter:
#   corpus:
#     title: a time of submission at the end of time
#     attempts: hands in a file with a time at which the arithmetic of dates overflows
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
(folder / "timestamp.txt").write_text("9999-12-31 23:59:59 UTC")
