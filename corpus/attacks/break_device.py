# ---
# jupyter:
#   corpus:
#     title: device files in the submission
#     attempts: hands in a device that never ends, as a file and behind a link
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: []
#     reference: false
# ---

# %% build="submission"
import os
import stat

(folder / "zeros.bin").unlink(missing_ok=True)
(folder / "zeros.bin").symlink_to("/dev/zero")
(folder / "device.bin").unlink(missing_ok=True)
try:
    os.mknod(folder / "device.bin", stat.S_IFCHR | 0o666, os.makedev(1, 5))
except PermissionError:
    pass  # only root makes devices
