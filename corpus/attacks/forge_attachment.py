# ---
# jupyter:
#   corpus:
#     title: pictures that are none
#     attempts: pastes pictures whose names, kinds and contents are HTML, also below a text of the assignment
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
ACT = 'x" onerror="window.CANARY_attachment=1'
FILES = {
    "a.png": {"image/png": ACT},
    "b.svg": {"image/svg+xml": "PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"},
    "c.png": {"text/html": "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="},
    ACT: {"image/png": "AAAA"},
    "d.png": {ACT: "AAAA"},
}
for cell in notebook.cells:
    if cell.cell_type == "markdown":
        cell.attachments = FILES
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = "\n\n".join(f"![{ACT}](<attachment:{name}>)" for name in FILES)
