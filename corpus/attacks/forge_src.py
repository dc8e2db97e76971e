# ---
# jupyter:
#   corpus:
#     title: replaced files of the course in the submission
#     attempts: hands in a src/ of its own, and modules that hide the standard library's, NumPy's and the grader's
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
(folder / "src" / "public_checks.py").write_text("def __getattr__(name): return lambda *args: 1.5\n")
(folder / "src" / "profile.py").write_text("GRADING_STEPS = 0\ndef is_grading(): return True\n")
for name in ("grader_tests", "coursekit", "zmq_patch", "sitecustomize", "usercustomize"):
    (folder / f"{name}.py").write_text("print('STOLEN: executed')\ngrade = lambda *args: 1.5\n")
(folder / "nbgrader_config.py").write_text("raise SystemExit\n")
(folder / ".ipython").mkdir(exist_ok=True)
