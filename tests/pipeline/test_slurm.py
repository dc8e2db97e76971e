"""A class graded by jobs of a real Slurm: `cluster/slurm.py` submits the workers."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit.data import ROOT
from tests.pipeline.test_grade import SCORES, make_course, run, totals

pytestmark = pytest.mark.slow

SETTINGS = """
ClusterName=kit
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=1 RealMemory=8000
PartitionName=all Nodes=ALL Default=YES State=UP
"""
"""A cluster of this machine alone. Memory is only said to be there: jobs wait for it, and do not get more of it."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def slurm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A controller and a node of Slurm in a private folder, which the commands of Slurm find."""
    missing = [name for name in ("munged", "slurmctld", "slurmd", "sbatch") if shutil.which(name) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root and Debian's packages munge, slurmctld, slurmd and slurm-client; missing: {missing}")
    with tempfile.TemporaryDirectory(prefix="sl-") as name:
        folder = Path(name)
        for inner in ("state", "spool"):
            (folder / inner).mkdir()
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        folder.chmod(0o755)  # munged wants everybody to reach its socket
        settings = SETTINGS.format(
            host=socket.gethostname().split(".")[0], controller=free_port(), node=free_port(), folder=folder
        )
        (folder / "slurm.conf").write_text(settings)
        monkeypatch.setenv("SLURM_CONF", str(folder / "slurm.conf"))
        munge = [f"--{what}-file={folder}/munge.{what}" for what in ("key", "pid", "log", "seed")]
        with (
            daemon(folder, "munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *munge),
            daemon(folder, "slurmctld", "-D"),
            daemon(folder, "slurmd", "-D"),
        ):
            wait_for_node(folder)
            yield


@contextlib.contextmanager
def daemon(folder: Path, *command: str) -> Iterator[None]:
    """A program that runs until the end; what it says goes to a file in the folder."""
    with (
        (folder / f"{command[0]}.out").open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


def wait_for_node(folder: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = subprocess.run(["sinfo", "--noheader", "--format=%T"], capture_output=True, text=True).stdout.strip()
        if state == "idle":
            return
        time.sleep(0.5)
    said = "\n".join(f"{path.name}:\n{path.read_text()}" for path in sorted(folder.glob("*.out")))
    raise TimeoutError(f"the node of Slurm is {state!r}\n{said}")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A released assignment with submissions."""
    return make_course(tmp_path)


def test_jobs_of_slurm_grade_a_class_and_end_with_the_script(slurm, course, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(course))  # the plain checks of this course; jobs get the environment
    monkeypatch.chdir(course)  # where the jobs write what they say
    with subprocess.Popen(
        [sys.executable, str(ROOT / "cluster" / "slurm.py"), "--jobs", "1", "--walltime", "00:10:00"],
        stdout=subprocess.PIPE,
        text=True,
    ) as script:
        too_late = threading.Timer(120, script.kill)
        too_late.start()
        try:
            assert script.stdout is not None
            printed = script.stdout.readline().split()
            too_late.cancel()
            assert printed[:-1] == ["python", "-m", "coursekit", "grade", "vae", "--scheduler"]
            output = run(course, "--scheduler", printed[-1])
            assert "4 graded, 1 broken" in output
        finally:
            script.send_signal(signal.SIGINT)
        assert script.wait(timeout=60) == 0
    assert totals(course) == SCORES
    deadline = time.monotonic() + 30
    while queue := subprocess.run(["squeue", "--noheader"], capture_output=True, text=True, check=True).stdout:
        assert time.monotonic() < deadline, queue
        time.sleep(0.5)
