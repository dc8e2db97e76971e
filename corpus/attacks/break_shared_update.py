# ---
# jupyter:
#   corpus:
#     title: one update of many displays
#     attempts: shows forty displays with one id, and puts one large text into all of them at once
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% after="imports"
from IPython.display import display, update_display

for _ in range(40):
    display({"text/plain": "x"}, raw=True, display_id="shared")
update_display({"text/plain": "x" * 4_900_000}, raw=True, display_id="shared")
print("\N{GRINNING FACE}")  # a string with one such letter takes four bytes for each of its letters
