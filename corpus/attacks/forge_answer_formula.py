# ---
# jupyter:
#   corpus:
#     title: formulas that act
#     attempts: lets formulas of an answer become scripts, tags and links, on formgrader's page and on the student's
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
ANSWER = r"""
$\text{<script>window.CANARY_text=1</script>}$ $$\text{<img/src=x:/onerror=window.CANARY_img=1>}$$
$\text{&lt;img src=x: onerror=window.CANARY_entity=1&gt;}$ $\href{javascript:window.CANARY_href=1}{\text{kliknij}}$
$\class{score}{\style{position:fixed;top:0}{x}}$ $\require{action}\toggle{a}{b}\endtoggle$ $\def\a{\a\a}\a$
\begin{align}\href{javascript:window.CANARY_align=1}{x}\end{align}
"""
for cell in notebook.cells:
    if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
        cell.source = ANSWER
