"""Each check finds its fault and says how to mend it; on the machine of the tests all is well.

Faults are real wherever a test can make one. Only fonts, kernelspecs and extensions of the system, settings of the
kernel and a shortage of memory are played.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from coursekit import doctor, provisioner, tools
from coursekit.__main__ import app
from coursekit.data import ROOT
from coursekit.doctor import FAILS, OK, WARNING, Finding
from tests.coursekit.test_sandbox import AS_ORDINARY, ORDINARY

FORBID_NAMESPACES = (
    *("unshare", "--user", f"--map-user={ORDINARY}", f"--map-group={ORDINARY}", "--keep-caps", "sh", "-c"),
    "echo 0 > /proc/sys/user/max_user_namespaces"
    ' && exec setpriv --ambient-caps=-all --inh-caps=-all --bounding-set=-all "$@"',
    "sh",
)
"""Runs a command in a user namespace that allows no others below it."""


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Path:
    """A course that has been released; its gradebook knows the assignment."""
    folder = tmp_path_factory.mktemp("released")
    (folder / "release" / "vae").mkdir(parents=True)
    (folder / "release" / "vae" / "vae.ipynb").touch()
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")  # nbgrader calls alembic
        with Gradebook(f"sqlite:///{folder}/gradebook.db") as book:
            book.add_assignment("vae")
    return folder


@pytest.fixture
def course(released, tmp_path, monkeypatch) -> Path:
    """A copy of the released course for one test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.environ["PATH"])  # the course's settings add to it
    return Path(shutil.copytree(released, tmp_path / "a course"))


def test_a_set_up_machine_is_ready(course):
    done = CliRunner().invoke(app, ["doctor", "--course", str(course), "--json"])
    findings = json.loads(done.stdout)
    assert [name for name, finding in findings.items() if finding["state"] == FAILS] == []
    assert done.exit_code == 0
    assert findings["sandbox"]["state"] == findings["gradebook"]["state"] == OK


def test_what_fails_is_shown_with_its_mend_and_ends_with_1(course, monkeypatch):
    monkeypatch.setenv("PATH", str(course))
    done = CliRunner().invoke(app, ["doctor", "--course", str(course)])
    assert done.exit_code == 1
    assert "missing: bwrap, setpriv, prlimit, flock" in done.output
    assert "sudo apt-get install -y bubblewrap util-linux" in done.output


def test_a_folder_that_is_no_course_is_not_examined(tmp_path):
    done = CliRunner().invoke(app, ["doctor", "--course", str(tmp_path)])
    assert done.exit_code == 2
    assert "nbgrader_config.py" in done.output


def test_a_check_whose_package_is_missing_fails_and_others_go_on(course, monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    findings = doctor.examine(course, "vae")
    assert findings["memory"].state == FAILS
    assert "psutil" in findings["memory"].found
    assert findings["memory"].mend == doctor.INSTALL
    assert findings["gradebook"].state == OK


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[project]\n{text}\n")
    return folder / "pyproject.toml"


def test_another_python(tmp_path):
    finding = doctor.python(project(tmp_path, 'requires-python = ">=4.7"'))
    assert finding.state == FAILS
    assert "not >=4.7" in finding.found


def test_packages_missing_or_out_of_range(tmp_path):
    finding = doctor.packages(project(tmp_path, 'dependencies = ["numpy>=1", "rich<1", "no-such-package>=2,<3"]'))
    assert finding.state == FAILS
    assert finding.found.startswith("rich ")
    assert finding.found.endswith(", not <1; no-such-package missing, not <3,>=2")
    assert finding.mend == doctor.INSTALL


def test_packages_that_differ_from_the_lock_are_a_warning(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"# pins\nrich==0.1\nno-such-package==1\nnumpy=={doctor.version('numpy')}\n")
    finding = doctor.pinned_versions(lock)
    assert finding.state == WARNING
    assert finding.found == f"rich {doctor.version('rich')}, not ==0.1"


def test_programs_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.programs().found == "missing: bwrap, setpriv, prlimit, flock"
    assert doctor.programs().state == FAILS


def test_alembic_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.alembic().state == OK  # beside this Python
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert doctor.alembic() == Finding(FAILS, "missing", doctor.INSTALL)


def test_fonts_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(tools, "DEJAVU", tmp_path / "DejaVuSans.ttf")
    assert doctor.fonts() == Finding(WARNING, "fonts-dejavu is missing", "make tools")


def test_font_cache_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert doctor.font_cache().state == WARNING
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "fontlist-v1.json").touch()
    assert doctor.font_cache().state == OK


def test_mnist_missing(tmp_path):
    finding = doctor.mnist(tmp_path)
    assert (finding.state, finding.mend) == (FAILS, "make data")
    assert finding.found.count("ubyte") == 4


def test_mnist_with_one_wrong_byte(tmp_path, mnist_raw):
    shutil.copytree(mnist_raw, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "t10k-labels-idx1-ubyte").open("r+b") as file:
        file.seek(100)
        file.write(bytes([255]))
    finding = doctor.mnist(tmp_path)
    assert finding.state == FAILS
    assert finding.found.endswith(": t10k-labels-idx1-ubyte")


def test_provisioner_not_installed(monkeypatch):
    assert doctor.kernel().state == OK
    monkeypatch.setattr(sys, "path", [])
    assert doctor.kernel() == Finding(FAILS, "no provisioner coursekit-sandbox is installed", doctor.INSTALL)


def test_kernelspec_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(provisioner, "KERNELS", tmp_path)
    assert doctor.kernel().state == FAILS
    assert "no kernelspec" in doctor.kernel().found


def test_sandbox_without_bubblewrap(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = doctor.sandboxed_kernel()
    assert finding.state == FAILS
    assert "bubblewrap is missing" in finding.found


def test_sandbox_that_bubblewrap_cannot_make(tmp_path, monkeypatch):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2; exit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    finding = doctor.sandboxed_kernel()
    assert finding.state == FAILS
    assert finding.found.endswith("bwrap: No permissions")


def test_sandbox_in_a_temporary_folder_with_a_long_path(tmp_path, monkeypatch):
    (tmp_path / ("d" * 100)).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("d" * 100)))
    finding = doctor.sandboxed_kernel()
    assert finding.state == FAILS
    assert "Set TMPDIR to a folder with a shorter path" in finding.found


def as_ordinary(course: Path, *before: str) -> dict[str, dict[str, str]]:
    """What the doctor tells an ordinary user about a course; ``before``: a command that starts the doctor."""
    if os.geteuid() != 0:
        pytest.skip("plays another user, for which it must be root")
    with tempfile.TemporaryDirectory(prefix="test-") as folder:
        home = Path(folder)
        shutil.copytree(course, home / "course")
        for path in (home, *home.rglob("*")):
            os.chown(path, ORDINARY, -1)
        environment = os.environ | {
            "TMPDIR": folder,
            "HOME": folder,
            "PYTHONPATH": str(ROOT),
            "ORDINARY": str(ORDINARY),
            "BASE": os.path.realpath(sys.base_prefix),
        }
        command = [sys.executable, "-m", "coursekit", "doctor", "--json", "--course", str(home / "course")]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", AS_ORDINARY, "sh", *before, *command],
            env=environment,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_an_ordinary_user_is_ready_without_control_groups(course):
    findings = as_ordinary(course)
    assert findings["control groups"]["state"] == WARNING
    assert findings["sandbox"]["state"] == OK


@pytest.mark.slow
def test_an_ordinary_user_who_may_not_make_user_namespaces(course):
    findings = as_ordinary(course, *FORBID_NAMESPACES)
    assert findings["sandbox"]["state"] == FAILS
    assert "user.max_user_namespaces = 0" in findings["sandbox"]["mend"]


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("kernel/unprivileged_userns_clone", "0", True),
        ("kernel/unprivileged_userns_clone", "1", False),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", True),
        ("kernel/apparmor_restrict_unprivileged_userns", "0", False),
    ],
)
def test_the_setting_that_keeps_a_sandbox_from_starting_is_named(setting, value, named, tmp_path, monkeypatch):
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    monkeypatch.setattr(doctor, "PROC_SYS", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: ORDINARY)
    monkeypatch.setenv("PATH", str(tmp_path))
    mend = doctor.sandboxed_kernel().mend
    assert (f"{setting.replace('/', '.')} = {value}" in mend) == named
    assert "docs/threat-model.md" in mend


@pytest.fixture
def jupyter_settings(tmp_path, monkeypatch) -> Path:
    """A user's folder of Jupyter settings, which stand above those of the environment."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    (tmp_path / "labconfig").mkdir()
    return tmp_path


def test_extension_of_jupyterlab_disabled(jupyter_settings):
    assert doctor.extensions().state == OK
    disabled = {"disabledExtensions": {"@jupyter/nbgrader:formgrader": True}}
    (jupyter_settings / "labconfig" / "page_config.json").write_text(json.dumps(disabled))
    finding = doctor.extensions()
    assert finding.state == FAILS
    assert finding.mend == "jupyter labextension enable @jupyter/nbgrader:formgrader"


def test_extension_of_the_server_disabled(jupyter_settings):
    disabled = {"ServerApp": {"jpserver_extensions": {doctor.SERVER_EXTENSION: False}}}
    (jupyter_settings / "jupyter_server_config.json").write_text(json.dumps(disabled))
    finding = doctor.extensions()
    assert finding.state == FAILS
    assert finding.mend == f"jupyter server extension enable {doctor.SERVER_EXTENSION}"


def test_extension_of_jupyterlab_not_installed(monkeypatch):
    monkeypatch.setattr("jupyter_core.paths.ENV_JUPYTER_PATH", [])
    finding = doctor.extensions()
    assert finding.state == FAILS
    assert "is not installed" in finding.found


@pytest.mark.parametrize(("size", "state"), [("1m", FAILS), ("2g", WARNING), ("6g", OK)])
def test_disk_with_little_space(size, state, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounts a small disk, for which it must be root")
    program = (
        f"from pathlib import Path; from coursekit import doctor; print(doctor.disk(Path({str(tmp_path)!r})).state)"
    )
    mount = 'mount -t tmpfs -o size=$0 tmpfs "$1" && shift && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", mount, size, str(tmp_path), sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == state


@pytest.mark.parametrize(("available", "state"), [(0.5, FAILS), (3, WARNING), (5, OK)])
def test_little_memory(available, state, monkeypatch):
    memory = psutil.virtual_memory()._replace(available=available * doctor.GIB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    assert doctor.memory().state == state


def test_release_not_generated(tmp_path):
    finding = doctor.release(tmp_path, "vae")
    assert finding.state == FAILS
    assert "nbgrader generate_assignment vae" in finding.mend


def test_no_gradebook_is_a_warning_and_none_is_made(course):
    (course / "gradebook.db").unlink()
    finding = doctor.gradebook(course, "vae")
    assert (finding.state, finding.found) == (WARNING, "none yet")
    assert not (course / "gradebook.db").exists()


def test_gradebook_that_does_not_know_the_assignment(course):
    assert doctor.gradebook(course, "gan").state == WARNING
    assert "generate_assignment gan" in doctor.gradebook(course, "gan").mend


def test_gradebook_that_is_no_database(course):
    (course / "gradebook.db").write_bytes(b"half a file" * 100)
    finding = doctor.gradebook(course, "vae")
    assert (finding.state, finding.found) == (FAILS, "cannot be read: file is not a database")


def test_gradebook_of_another_version(course):
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("ALTER TABLE assignment DROP COLUMN duedate")
    finding = doctor.gradebook(course, "vae")
    assert finding.state == FAILS
    assert "nbgrader db upgrade" in finding.mend
