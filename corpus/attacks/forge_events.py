# ---
# jupyter:
#   corpus:
#     title: callbacks on IPython's events that show full marks after every cell
#     attempts: shows a number of points after each cell by callbacks of post_run_cell, post_execute and
#       pre_execute
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [ipython]
#     reference: false
# ---

# %% after="imports"
def full_marks(*_):
    display(1.2)


for event in ("post_run_cell", "post_execute", "pre_execute"):
    get_ipython().events.register(event, full_marks)
