# ---
# jupyter:
#   corpus:
#     title: the instructor's notebook behind a link of another name
#     attempts: hands in, in the place of a notebook, a link with another name to the instructor's solutions
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
own = folder / "vae.ipynb"
own.unlink(missing_ok=True)
own.symlink_to("nowhere")
(folder / "solution.ipynb").unlink(missing_ok=True)
(folder / "solution.ipynb").symlink_to("../../../source/vae/vae.ipynb")
