# ---
# jupyter:
#   corpus:
#     title: a thread that rewrites results later
#     attempts: starts a thread that rewrites the history of outputs, the namespace and the notebook while tests
#       run
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, files]
#     reference: false
# ---

# %% after="vae_model"
import glob
import threading
import time


def rewrite():
    while True:
        time.sleep(0.05)
        for number in list(Out):
            Out[number] = 1.2
        globals()["points"] = 1.2
        for name in glob.glob("*.ipynb"):
            try:
                text = open(name).read().replace('"points": 0', '"points": 1.2')
                open("vae.ipynb", "w").write(text)
            except OSError:
                pass


threading.Thread(target=rewrite, daemon=True).start()
