# ---
# jupyter:
#   corpus:
#     title: outputs that say how they are shown
#     attempts: hands in pictures whose width and name are attributes, and HTML in a frame of its own
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
from nbformat.v4 import new_output

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
ACT = "1 onload=window.CANARY_width=1"
for cell in notebook.cells:
    if cell.cell_type == "code":
        cell.metadata["alt"] = cell.metadata["tags"] = ['"><script>window.CANARY_tag=1</script>']
        cell.outputs = [
            new_output("display_data", {"image/png": PNG}, metadata={"image/png": {"width": ACT, "alt": ACT}}),
            new_output("display_data", {"image/png": PNG}, metadata={"filenames": {"image/png": '" onerror="' + ACT}}),
            new_output("display_data", {"text/html": "<script>parent.CANARY_frame=1</script>"}, metadata={"text/html": {"isolated": True}}),
        ]
