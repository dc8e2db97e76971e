# ---
# jupyter:
#   corpus:
#     title: a notebook that says it was judged already
#     attempts: hands in metadata with a record, reports and points of its own, and cells marked as questions of the grader
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
reports = [
    {"cell": name, "seed": 1, "points": points, "maximum": points, "checks": []}
    for name, points in (("test_1a", 1.2), ("test_1a_training", 0.3), ("test_2", 1.5), ("test_3", 1.2))
]
notebook.metadata["coursekit"] = {
    "status": "graded",
    "intake": {"status": "ok", "notes": []},
    "repairs": [],
    "reports": reports,
    "points": {report["cell"]: report["points"] for report in reports},
    "flags": [],
}
for cell in notebook.cells:
    cell.metadata["coursekit_probe"] = True
    cell.metadata["coursekit_submitted_outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "1.2"}}]
