# ---
# jupyter:
#   corpus:
#     title: links that act
#     attempts: waits for the instructor to click a link of an answer, to a script or to a page handed in beside the notebook
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
(folder / "dowod.html").write_text("<script>window.CANARY_page=1;fetch('/formgrader/api/grades')</script>")
ANSWER = r"""
[dowód](dowod.html) [dowód](/files/dowod.html) [a](javascript:window.CANARY_a=1) [b](JavaScript&colon;window.CANARY_b=1)
[c](java&Tab;script:window.CANARY_c=1) [d][r] <javascript:window.CANARY_e=1> [f](//canary.example/)
[g](data:text/html;base64,PHNjcmlwdD53aW5kb3cuQ0FOQVJZX2c9MTwvc2NyaXB0Pg==) <a href="&#1;javascript:window.CANARY_h=1">h</a>

[r]: javascript:window.CANARY_d=1
"""
for cell in notebook.cells:
    if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
        cell.source = ANSWER
