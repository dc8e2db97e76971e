# ---
# jupyter:
#   corpus:
#     title: a zip bomb and a file full of holes
#     attempts: hands in archives that unpack to gigabytes, and a sparse file that becomes real when it is copied
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import zipfile

with zipfile.ZipFile(folder / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as zeros:
    for _ in range(256):
        zeros.write(bytes(2**22))
with open(folder / "holes.bin", "wb") as file:
    file.truncate(2**31)
