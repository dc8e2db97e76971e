# ---
# jupyter:
#   corpus:
#     title: the form of what the kit has made harmless
#     attempts: types the HTML that the kit makes of answers, with a script in it, so that it is taken for done
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
FORM = '<div class="tex2jax_ignore mathjax_ignore" style="contain: paint; overflow-x: auto">'
for cell in notebook.cells:
    if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution"):
        cell.source = FORM + "<img src=x: onerror=window.CANARY_form=1><script>window.CANARY_form2=1</script></div>"
        cell.metadata["coursekit"] = {"inert": True}
