# ---
# jupyter:
#   corpus:
#     title: folders without end
#     attempts: hands in a path of hundreds of nested folders and thousands of files
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import os

deep = folder / "deep"
for _ in range(60):
    deep = deep / ("d" * 30)
deep.mkdir(parents=True, exist_ok=True)
many = folder / "many"
many.mkdir(exist_ok=True)
for number in range(5000):
    (many / str(number)).touch()
