# ---
# jupyter:
#   corpus:
#     title: formulas that only MathJax sees
#     attempts: hides dollars and backslashes behind entities and code, so that MathJax finds a formula where Markdown finds none
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
ANSWER = r"""
&#36;\href{javascript:window.CANARY_dollar=1}{x}&#36; &#36;&#36;\href{javascript:window.CANARY_double=1}{x}&#36;&#36;
&#92;(\href{javascript:window.CANARY_bracket=1}{x}&#92;) x `$` \href{javascript:window.CANARY_code=1}{x} `$`
"""
for cell in notebook.cells:
    if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
        cell.source = ANSWER
