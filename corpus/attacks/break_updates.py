# ---
# jupyter:
#   corpus:
#     title: displays that grow when they are updated
#     attempts: shows many small displays, and updates each to five million characters, which no limit of one output counts
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [output limit]
#     reference: false
# ---

# %% after="imports"
from IPython.display import display, update_display

for number in range(200):
    display("x", display_id=str(number))
for number in range(200):
    update_display("x" * 4_000_000, display_id=str(number))
