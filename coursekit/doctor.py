"""Whether this machine and this course are ready to grade: one check after another, and how to mend what is not.

Nothing is changed by looking: what a check makes for a trial (a kernel, a control group) it removes again.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rich.table import Table
from rich.text import Text

from coursekit import sandbox, seccomp, tools
from coursekit.data import DATA, ROOT, broken

OK, WARNING, FAILS = "ok", "warning", "fails"
STYLES = {OK: "green", WARNING: "yellow", FAILS: "bold red"}

PROJECT, LOCK = ROOT / "pyproject.toml", ROOT / "requirements.lock"
INSTALL = "python -m pip install -c requirements.lock -e '.[dev]', in the folder of the kit"
KERNEL = "coursekit-sandbox"
"""Name of the kernelspec and of its provisioner."""
KERNEL_SECONDS = 60
EXTENSION = "@jupyter/nbgrader"
SERVER_EXTENSION = "nbgrader.server_extensions.formgrader"
PROC_SYS = Path("/proc/sys")
FORBIDDING = {
    "kernel/unprivileged_userns_clone": "0",
    "kernel/apparmor_restrict_unprivileged_userns": "1",
    "user/max_user_namespaces": "0",
}
"""Settings of the system, with the values that keep ordinary users from making user namespaces."""
GIB = 2**30
DISK = {FAILS: 1 * GIB, WARNING: 5 * GIB}
MEMORY = {FAILS: 1 * GIB, WARNING: 4 * GIB}
"""Free bytes below which a check fails or warns. A kernel with torch needs less than 1 GiB, and may use 4."""


@dataclass(frozen=True)
class Finding:
    """state: `OK`, `WARNING` (grading works, but less well) or `FAILS`; found: what was seen; mend: what to do."""

    state: str
    found: str
    mend: str = ""


def examine(course: Path, assignment: str) -> dict[str, Finding]:
    """Every check's finding, by its name. A check whose package is missing fails, and the others go on."""
    checks: dict[str, Callable[[], Finding]] = {
        "Python": python,
        "packages": packages,
        "pinned versions": pinned_versions,
        "programs": programs,
        "alembic": alembic,
        "fonts": fonts,
        "font cache": font_cache,
        "MNIST": mnist,
        "kernel": kernel,
        "sandbox": sandboxed_kernel,
        "control groups": control_groups,
        "JupyterLab": extensions,
        "disk": partial(disk, course),
        "memory": memory,
        "release": partial(release, course, assignment),
        "gradebook": partial(gradebook, course, assignment),
    }
    return {name: _finding(check) for name, check in checks.items()}


def _finding(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except ImportError as error:
        return Finding(FAILS, f"cannot be checked: {error}", INSTALL)


def python(project: Path = PROJECT) -> Finding:
    """The version of Python against the range in `pyproject.toml`."""
    wanted = tomllib.loads(project.read_text())["project"]["requires-python"]
    found = platform.python_version()
    if SpecifierSet(wanted).contains(found, prereleases=True):
        return Finding(OK, found)
    return Finding(
        FAILS, f"{found}, not {wanted}", "Install such a Python, then: make distclean setup PYTHON=<its name>"
    )


def packages(project: Path = PROJECT) -> Finding:
    """The packages that the kit needs, nbgrader among them, against the ranges in `pyproject.toml`."""
    needed = [Requirement(line) for line in tomllib.loads(project.read_text())["project"]["dependencies"]]
    wrong = [
        f"{each.name} {found or 'missing'}, not {each.specifier}"
        for each in needed
        if not (found := _installed(each.name)) or not each.specifier.contains(found, prereleases=True)
    ]
    return Finding(FAILS, "; ".join(wrong), INSTALL) if wrong else Finding(OK, f"all {len(needed)} in range")


def pinned_versions(lock: Path = LOCK) -> Finding:
    """The installed packages against `requirements.lock`: the kit has been tested with those versions alone."""
    pinned = [Requirement(line) for line in lock.read_text().splitlines() if line and not line.startswith("#")]
    differing = [
        f"{each.name} {found}, not {each.specifier}"
        for each in pinned
        if (found := _installed(each.name)) and not each.specifier.contains(found, prereleases=True)
    ]
    if differing:
        return Finding(WARNING, "; ".join(differing), INSTALL)
    return Finding(OK, f"as in {lock.name}")


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def programs() -> Finding:
    """The programs of the sandbox, and the library that makes its filter of system calls."""
    needed = {name: shutil.which(name) is not None for name in ("bwrap", "setpriv", "prlimit", "flock")}
    needed[seccomp.LIBRARY] = seccomp.found()
    missing = [name for name, there in needed.items() if not there]
    if missing:
        mend = f"sudo apt-get install -y bubblewrap util-linux {seccomp.PACKAGE}"
        return Finding(FAILS, f"missing: {', '.join(missing)}", mend)
    return Finding(OK, ", ".join(needed))


def alembic() -> Finding:
    """The program that nbgrader calls by name; `nbgrader_config.py` adds the environment's folder to PATH."""
    found = shutil.which(
        "alembic", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    )
    return Finding(OK, found) if found else Finding(FAILS, "missing", INSTALL)


def fonts() -> Finding:
    """The fonts that the figures of the notebook are drawn with."""
    missing = "fonts-dejavu" in tools.missing()
    return Finding(WARNING, "fonts-dejavu is missing", "make tools") if missing else Finding(OK, str(tools.DEJAVU))


def font_cache() -> Finding:
    """Matplotlib's list of fonts, which sandboxes copy."""
    folder = sandbox.font_cache()
    if any(folder.glob("fontlist-*")):
        return Finding(OK, str(folder))
    return Finding(
        WARNING, f"none in {folder}: every kernel takes seconds to make its own", "python -c 'import matplotlib.pyplot'"
    )


def mnist(raw: Path = DATA / "MNIST" / "raw") -> Finding:
    """The four files of MNIST, by their SHA-256."""
    wrong = broken(raw)
    if wrong:
        return Finding(FAILS, f"missing or broken in {raw}: {', '.join(wrong)}", "make data")
    return Finding(OK, "four files, SHA-256 right")


def kernel() -> Finding:
    """The kernelspec of the sandbox, and the provisioner that it names."""
    from jupyter_client.kernelspec import KernelSpecManager

    from coursekit.provisioner import KERNELS

    if KERNEL not in KernelSpecManager(kernel_dirs=[str(KERNELS)]).find_kernel_specs():
        return Finding(FAILS, f"no kernelspec {KERNEL} in {KERNELS}", "Put back coursekit/kernels of the kit.")
    if not entry_points(group="jupyter_client.kernel_provisioners", name=KERNEL):
        return Finding(FAILS, f"no provisioner {KERNEL} is installed", INSTALL)
    return Finding(OK, f"{KERNEL} and its provisioner")


def sandboxed_kernel() -> Finding:
    """A kernel in the sandbox, started as grading starts it."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    from coursekit.provisioner import KERNELS, SandboxProvisioner

    manager = KernelManager(kernel_name=KERNEL, kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(KERNELS)]))
    with tempfile.TemporaryDirectory() as submission:
        try:
            manager.start_kernel(cwd=submission)
        except Exception as error:  # whatever keeps a kernel from starting is the finding
            return Finding(FAILS, str(error), _mend_sandbox())
        provisioner, client = manager.provisioner, manager.client()
        assert isinstance(provisioner, SandboxProvisioner), "the kernelspec names it"
        client.start_channels()
        try:
            client.wait_for_ready(timeout=KERNEL_SECONDS)
        except RuntimeError as error:
            failure = str(error)
        else:
            failure = ""
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    if failure:
        return Finding(FAILS, f"{failure}: {provisioner.said.strip()}", _mend_sandbox())
    return Finding(OK, "a kernel answers in it")


def _mend_sandbox() -> str:
    forbidding = [
        f"{name.replace('/', '.')} = {value}"
        for name, value in FORBIDDING.items()
        if (PROC_SYS / name).is_file() and (PROC_SYS / name).read_text().strip() == value
    ]
    if os.geteuid() != 0 and forbidding:
        return (
            f"The system keeps ordinary users from making user namespaces: {', '.join(forbidding)}. "
            "See `On a system without user namespaces` in docs/threat-model.md."
        )
    return "Mend what is named here; then see docs/threat-model.md."


def control_groups() -> Finding:
    """Whether this user may make control groups with limits."""
    from coursekit import cgroups
    from coursekit.provisioner import private_prefix
    from coursekit.watchdog import UNCOUNTED

    group = cgroups.create(f"{private_prefix()}doctor", GIB, 64)
    if group is None:
        return Finding(
            WARNING,
            "this user may not make any: resource limits and a watchdog hold memory and processes, "
            f"but not {UNCOUNTED}",
            "Nothing must be done. Root may make them, where the system or the container lets it.",
        )
    group.remove()
    return Finding(OK, f"version {group.version}")


def extensions() -> Finding:
    """nbgrader's part of JupyterLab, in which written answers are graded."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path
    from jupyter_server.extension.config import ExtensionConfigManager
    from jupyterlab_server.config import get_federated_extensions, get_page_config

    folders = jupyter_path("labextensions")
    if EXTENSION not in get_federated_extensions(folders):
        return Finding(FAILS, f"the extension {EXTENSION} is not installed", INSTALL)
    disabled = [
        name for name in get_page_config(folders).get("disabledExtensions", []) if name.split(":")[0] == EXTENSION
    ]
    if disabled:
        return Finding(FAILS, f"disabled: {', '.join(disabled)}", f"jupyter labextension enable {disabled[0]}")
    servers = ExtensionConfigManager(read_config_path=jupyter_config_path()).get_jpserver_extensions()
    if not servers.get(SERVER_EXTENSION):
        return Finding(FAILS, f"disabled: {SERVER_EXTENSION}", f"jupyter server extension enable {SERVER_EXTENSION}")
    return Finding(OK, "nbgrader's formgrader is enabled")


def disk(course: Path) -> Finding:
    """Free space for the course."""
    return _enough(shutil.disk_usage(course).free, DISK, "free", "Remove what is not needed from the disk.")


def memory() -> Finding:
    """Memory that is free, or can be freed by the system."""
    import psutil

    return _enough(
        psutil.virtual_memory().available, MEMORY, "available", "End other programs, or grade with --workers 1."
    )


def _enough(size: int, least: dict[str, int], what: str, mend: str) -> Finding:
    found = f"{size / GIB:.1f} GiB {what}"
    state = next((state for state, limit in least.items() if size < limit), OK)
    return Finding(state, found, "" if state == OK else mend)


def release(course: Path, assignment: str) -> Finding:
    """The students' version, which grading takes as the pattern."""
    folder = course / "release" / assignment
    if not any(folder.glob("*.ipynb")):
        return Finding(FAILS, f"no notebook in {folder}", f"nbgrader generate_assignment {assignment}, in {course}")
    return Finding(OK, str(folder))


def gradebook(course: Path, assignment: str) -> Finding:
    """The gradebook, where there is one, and whether it knows the assignment."""
    from nbgrader.api import Gradebook, MissingEntry
    from sqlalchemy.exc import SQLAlchemyError

    from coursekit.course import GradebookError, gradebook_url

    generate = f"nbgrader generate_assignment {assignment} --force, in {course}"
    try:
        url = gradebook_url(course, assignment)
        with Gradebook(url) as book:
            book.find_assignment(assignment)
            count = len(book.assignment_submissions(assignment))
    except GradebookError:
        return Finding(WARNING, "none yet", generate)
    except MissingEntry:
        return Finding(WARNING, f"knows no assignment {assignment}", generate)
    except SQLAlchemyError as error:
        mend = "If nbgrader was upgraded: nbgrader db upgrade. Else put back a copy of the gradebook."
        return Finding(FAILS, f"cannot be read: {getattr(error, 'orig', error)}", mend)
    return Finding(OK, f"{count} submissions of {assignment}")


def table(findings: dict[str, Finding]) -> Table:
    """One line a check, and below it how to mend what is not well."""
    shown = Table(box=None, show_header=False, pad_edge=False)
    shown.add_column(no_wrap=True)
    shown.add_column(no_wrap=True)
    shown.add_column(overflow="fold")
    for name, finding in findings.items():
        shown.add_row(Text(finding.state, STYLES[finding.state]), name, Text(finding.found))
        if finding.mend:
            shown.add_row("", "", Text(f"→ {finding.mend}"))
    return shown
