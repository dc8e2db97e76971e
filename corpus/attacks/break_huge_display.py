# ---
# jupyter:
#   corpus:
#     title: a display of hundreds of megabytes
#     attempts: shows one output of 200 MB, and thousands of small ones
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [display, kernel ended]
#     reference: false
# ---

# %% after="imports"
from IPython.display import HTML, publish_display_data

publish_display_data({"text/html": "<b>" * 70_000_000})
for number in range(20_000):
    display(HTML(f"<p>{number}</p>"))
