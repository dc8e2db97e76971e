# ---
# jupyter:
#   corpus:
#     title: forged checksums and an earlier grader's findings
#     attempts: hands in checksums of its own, a record of full marks in the notebook's metadata, and another
#       kernel
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
for cell in notebook.cells:
    if "nbgrader" in cell.metadata:
        cell.metadata.nbgrader.update(checksum="0" * 32, cell_type="markdown", schema_version=99)
        if cell.metadata.nbgrader.get("grade"):
            cell.source = "1.5"
notebook.metadata["coursekit"] = {"reports": [{"cell": "test_1a", "points": 1.2, "maximum": 1.2, "checks": []}]}
notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "bash", "language": "bash"}
