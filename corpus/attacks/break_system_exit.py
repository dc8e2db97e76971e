# ---
# jupyter:
#   corpus:
#     title: exits by the ordinary ways
#     attempts: ends the kernel by exit, quit and SystemExit
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
exit()

# %% after="vae_model"
quit(keep_kernel=False)

# %% after="vae_training"
raise SystemExit(0)
