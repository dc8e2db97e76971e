# ---
# jupyter:
#   corpus:
#     title: a widget is shown, and its state is saved in the notebook
#     points: {1a: 1.5, 2: 0, 3: 0}
#     told: 'Przy ocenianiu nikt nie poruszy widżetami'
#     readable: true
# ---

from pathlib import Path

from nbformat.v4 import new_code_cell, new_output

from coursekit.broken import edit, position


def damage(folder: Path) -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a1", "version_major": 2, "version_minor": 0}}
    slider = "from ipywidgets import interact\n\ninteract(lambda beta: beta, beta=(1, 10))"
    with edit(folder) as notebook:
        notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}}
        shown = new_code_cell(slider, outputs=[new_output("display_data", view)])
        notebook.cells.insert(position(notebook, "vae_training") + 1, shown)
