# ---
# jupyter:
#   corpus:
#     title: another student's notebook behind a link
#     attempts: hands in a symbolic link to somebody else's notebook under the name of its own
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
own = folder / "vae.ipynb"
own.unlink(missing_ok=True)
own.symlink_to("../../sentinel_right/vae/vae.ipynb")
