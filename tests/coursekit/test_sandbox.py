"""The sandbox around a student's kernel: what it shows, what it denies, and that its limits hold.

Each test runs as the instructor who is root (control groups hold the limits) and as an ordinary one (resource limits
and the watchdog do). The ordinary one needs root to be played: a user of its own, for whom the Python is mounted.
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from coursekit import cgroups, provisioner, sandbox, seccomp
from coursekit.data import ROOT

pytestmark = pytest.mark.slow

ORDINARY = 54321
IS_ROOT = os.geteuid() == 0
USERS = [
    pytest.param("root", marks=pytest.mark.skipif(not IS_ROOT, reason="plays root, for which it must be root")),
    "ordinary",
]
"""The tests play both users where they may, else the one they have."""
STUDENT = "jan-kowalski-4711"
MIB = 2**20
RUNNER = Path(__file__).with_name("in_sandbox.py")
AS_ORDINARY = """
set -e
mkdir -p "$TMPDIR/python" && mount --bind "$BASE" "$TMPDIR/python"
mount -t tmpfs -o mode=755 tmpfs "$(echo "$BASE" | cut -d/ -f1-2)"
mkdir -p "$BASE" && mount --bind "$TMPDIR/python" "$BASE"
exec setpriv --reuid $ORDINARY --regid $ORDINARY --clear-groups --inh-caps=-all --bounding-set=-all "$@"
"""
"""Becomes the ordinary user in a mount namespace of its own, where the Python below $BASE lies open."""
MANY_FILES = """#!/bin/sh
exec '{python}' -ISc '
import os, resource, sys
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
opened = {{int(file) for file in os.listdir("/proc/self/fd")}}
for file in set(range(10, min(20_000, hard - 100))) - opened:
    os.dup2(0, file)
os.execv("{bubblewrap}", ["bwrap", *sys.argv[1:]])
' "$@"
"""
"""Becomes bubblewrap with many open files, and leaves the others room for a few more."""


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder with a short path, for the sockets, that is open to the ordinary user; pytest's is neither."""
    with tempfile.TemporaryDirectory(prefix="test-") as folder:
        yield Path(folder)


@pytest.fixture(params=USERS)
def run(request: pytest.FixtureRequest, scratch: Path, mnist_raw: Path) -> Callable[..., dict]:
    """Function that executes cells in a sandbox started by the user of the test; returns what `in_sandbox` prints."""

    def execute(*cells: str, timeout: float = 30, again: Sequence[str] = (), **limits: int) -> dict:
        grader = start(request.param, scratch)
        asked = {"cells": cells, "again": again, "limits": limits, "timeout": timeout}
        done = grader.communicate(json.dumps(asked), timeout=180)
        execute.grader = grader.pid
        assert done[0], done[1]
        return json.loads(done[0])

    execute.folder = scratch / STUDENT / "vae"
    return execute


class Largest(threading.Thread):
    """The most bytes that lay in a folder at a time."""

    def __init__(self, folder: Path):
        super().__init__(daemon=True)
        self._folder, self._bytes, self._stopped = folder, 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._stopped.wait(0.02):
            self._bytes = max(self._bytes, sum(size(path) for path in self._folder.rglob("*")))

    def stop(self) -> int:
        self._stopped.set()
        self.join()
        return self._bytes


def size(path: Path) -> int:
    """Of a file; 0 where it has vanished."""
    with contextlib.suppress(OSError):
        return path.lstat().st_size
    return 0


def start(user: str, scratch: Path) -> subprocess.Popen:
    """The runner as root or as an ordinary user, with a temporary folder of the test's."""
    temporary, submission = scratch / "tmp", scratch / STUDENT / "vae"
    for folder in (temporary, submission):
        folder.mkdir(parents=True, exist_ok=True)
        if IS_ROOT:
            os.chown(folder, ORDINARY if user == "ordinary" else 0, -1)
    scratch.chmod(0o755)
    command = [sys.executable, str(RUNNER), str(submission)]
    if user == "ordinary" and IS_ROOT:
        command = ["unshare", "--mount", "sh", "-c", AS_ORDINARY, "sh", *command]
    environment = os.environ | {
        "TMPDIR": str(temporary),
        "HOME": str(temporary),
        "COURSE_CANARY": "canary",
        "PYTHONPATH": str(ROOT),
        "ORDINARY": str(ORDINARY),
        "BASE": os.path.realpath(sys.base_prefix),
    }
    return subprocess.Popen(
        command,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def test_does_not_learn_whose_submission_it_is_or_where_the_course_lies(run, scratch):
    run.folder.mkdir(parents=True)
    (run.folder / "given.py").write_text("x = 1")
    seen = run(
        "import glob\ntold = ''\n"
        "for path in glob.glob('/proc/[0-9]*/*') + ['/proc/mounts', '/run/kernel/connection.json']:\n"
        "    try: told += open(path, errors='replace').read()\n"
        "    except OSError: pass\n"
        "print('/opt/mnist' in told, 'bwrap' in told)",
        f"print([word for word in ({STUDENT!r}, {str(scratch / STUDENT)!r}, 'canary') if word in told])",
    )["cells"]
    assert [cell["printed"] for cell in seen] == ["True True\n", "[]\n"]


def test_is_nobody_without_privileges(run):
    status = run("print(open('/proc/self/status').read())")["cells"][0]["printed"]
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    assert "0" not in fields["Uid"].split() + fields["Gid"].split() + fields["Groups"].split()
    assert (fields["CapEff"].strip(), fields["CapPrm"].strip()) == ("0" * 16, "0" * 16)
    assert fields["NoNewPrivs"].strip() == "1"


def test_sees_the_submission_mnist_and_the_system_and_nothing_else(run):
    run.folder.mkdir(parents=True)
    (run.folder / "given.py").write_text("x = 1")
    seen = run(
        "import os; print(os.getcwd(), sorted(os.listdir('.')), sorted(os.listdir('data/MNIST/raw'))[:1])",
        f"print(os.path.exists({str(ROOT)!r}), os.path.exists('/etc/shadow'), os.path.exists('/sys/fs'))",
        "print('canary' in str(os.environ), len([p for p in os.listdir('/proc') if p.isdigit()]))",
    )["cells"]
    assert seen[0]["printed"] == "/home/student/vae ['data', 'given.py'] ['t10k-images-idx3-ubyte']\n"
    assert seen[1]["printed"] == "False False False\n"
    assert seen[2]["printed"] == "False 2\n"


def test_does_not_show_the_notebook_that_is_being_graded(run):
    run.folder.mkdir(parents=True)
    (run.folder / "vae.ipynb").write_text("### BEGIN HIDDEN TESTS")
    seen = run("print([open(f'{folder}/vae.ipynb').read() for folder in ('.', '/submission')])")["cells"]
    assert seen[0]["printed"] == "['', '']\n"
    assert (run.folder / "vae.ipynb").read_text() == "### BEGIN HIDDEN TESTS"


def test_writes_into_a_copy_and_nowhere_else(run):
    run.folder.mkdir(parents=True)
    (run.folder / "given.py").write_text("x = 1")
    seen = run(
        "open('given.py', 'w').write('x = 2'); open('new', 'w').write('y'); open('/tmp/z', 'w').write('z')",
        "import os, tempfile\n"
        "for folder in ('/', '/dev', '/usr', '/opt/course', '/submission', 'data/MNIST/raw', '/etc', '/home'):\n"
        "    try: tempfile.TemporaryFile(dir=folder); print(folder)\n"
        "    except OSError: pass",
    )["cells"]
    assert [cell["error"] for cell in seen] == ["", ""]
    assert seen[1]["printed"] == ""
    assert {path.name: path.read_text() for path in run.folder.iterdir()} == {"given.py": "x = 1"}


def test_has_no_network(run):
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind("\0coursekit-test")
        abstract.listen()
        seen = run(
            "import socket",
            f"socket.create_connection(('127.0.0.1', {tcp.getsockname()[1]}), 2)",
            "socket.socket(socket.AF_UNIX).connect('\\0coursekit-test')",
            "socket.getaddrinfo('example.org', 80)",
        )["cells"]
    assert [cell["error"] for cell in seen] == ["", "ConnectionRefusedError", "ConnectionRefusedError", "gaierror"]


def test_memory_of_one_process_is_limited(run):
    seen = run("b = bytearray(900 * 2**20)", memory=600 * MIB)
    assert seen["cells"][0]["error"] in ("MemoryError", "dead")
    assert seen["peak"] < 700 * MIB


def test_memory_of_many_processes_is_limited(run):
    bomb = (
        "import os, time\n"
        "for _ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        b = bytearray()\n"
        "        for _ in range(100):\n"
        "            b += bytes(3 * 2**20); time.sleep(0.1)\n"
        "time.sleep(10)"
    )
    seen = run(bomb, memory=600 * MIB)
    assert "memory limit" in seen["exceeded"]
    assert seen["peak"] < 1.6 * 600 * MIB  # which all need two seconds to pass: the watchdog looks ten times a second


def test_processes_are_limited(run):
    bomb = (
        "import os, signal\nn = 0\ntry:\n"
        "    while n < 500:\n        if os.fork() == 0: signal.pause()\n        n += 1\n"
        "except BlockingIOError: print(n)"
    )
    seen = run(bomb, processes=64)
    assert int(seen["cells"][0]["printed"]) < 64, seen


@pytest.mark.parametrize(
    "fill",
    [
        pytest.param(
            "for name in ('a', 'b', 'c', 'd'): open(name, 'wb').write(bytes(200 * 2**20)); time.sleep(.3)",
            id="files in memory",
        ),
        pytest.param(
            "import socket\n"
            "for _ in range(6):\n"
            "    if os.fork() == 0:\n"
            "        kept = []\n"
            "        for _ in range(450):\n"
            "            for end in kept.append(socket.socketpair()) or kept[-1]:\n"
            "                end.setblocking(False)\n"
            "                with contextlib.suppress(BlockingIOError):\n"
            "                    while True: end.send(bytes(30000))\n"
            "        time.sleep(60)\n"
            "time.sleep(10)",
            id="sockets",
        ),
        pytest.param(
            "import socket\n"
            "server, kept = socket.create_server(('127.0.0.1', 0)), []\n"
            "for _ in range(400):\n"
            "    kept.append((socket.create_connection(server.getsockname()), server.accept()[0]))\n"
            "    for end in kept[-1]:\n"
            "        end.setblocking(False)\n"
            "        with contextlib.suppress(BlockingIOError):\n"
            "            while True: end.send(bytes(2**20))\n"
            "time.sleep(10)",
            id="connections",
        ),
        pytest.param(
            "import mmap\n"
            "area = memoryview(mmap.mmap(-1, 2**39, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ))\n"
            "total = sum(area[::2**21])\ntime.sleep(10)",
            id="page tables",
        ),
    ],
)
def test_memory_that_belongs_to_no_page_of_a_process_is_limited(run, fill):
    seen = run(f"import contextlib, os, time\n{fill}", memory=500 * MIB)
    assert seen["exceeded"] == ["memory limit"], seen


@pytest.mark.parametrize(
    "take",
    [
        "os.memfd_create('x')",
        "mmap.mmap(-1, 2**20)",
        "mmap.mmap(os.open('/dev/zero', os.O_RDWR), 2**20)",
        "mmap.mmap(-1, 2**21, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)",
        f"check(libc.syscall({seccomp.number('shmget')}, 0, 2**20, 0o1600))",
        f"check(libc.syscall({seccomp.number('memfd_secret')}, 0))",
        f"check(libc.syscall({seccomp.number('mq_open')}, b'/x', 0o102, 0o600, None))",
        f"check(libc.syscall({seccomp.number('io_setup')}, 100, ctypes.byref(ctypes.c_long())))",
    ],
)
def test_there_is_no_memory_that_the_watchdog_does_not_see(run, take):
    seen = run(
        "import ctypes, mmap, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def check(result):\n"
        "    if result < 0: raise OSError(ctypes.get_errno(), 'refused')",
        take,
    )
    assert seen["cells"][1]["error"] in ("OSError", "PermissionError"), seen


def test_no_swap_extends_the_limit():
    group = cgroups.create(f"{provisioner.private_prefix()}swap", 2**27, 10)
    if group is None:
        pytest.skip("may make no control groups")
    try:
        found = {name: group.folders["memory"] / name for name in ("memory.memsw.limit_in_bytes", "memory.swap.max")}
        limits = {name: int(file.read_text()) for name, file in found.items() if file.exists()}
    finally:
        group.remove()
    if not limits:
        pytest.skip("the system does not limit swap")
    assert limits in ({"memory.memsw.limit_in_bytes": 2**27}, {"memory.swap.max": 0})


def test_files_are_limited(run):
    fill = (
        "def fill(path, mib):\n"
        "    with open(path, 'wb', buffering=0) as file:\n"
        "        for _ in range(mib): file.write(bytes(2**20))\n"
    )
    seen = run(
        fill,
        "fill('one', 60)",
        "fill('a', 40); fill('/tmp/b', 40); fill('/home/student/c', 40)",
        "fill('/dev/shm/d', 40); fill('/dev/shm/e', 40)",
        file_size=50 * MIB,
        files_size=150 * MIB,
    )["cells"]
    assert [cell["error"] for cell in seen] == ["", "OSError", "OSError", "OSError"]


def test_nothing_that_is_written_reaches_the_disk(run, scratch):
    fill = (
        "import os, sys\nwritten = 0\n"
        "for n in range(400):\n"
        "    try: written += open(f'/run/kernel/{n}', 'wb', buffering=0).write(bytes(2**20))\n"
        "    except OSError: pass\n"
        "print(written <= 2**20, os.write(sys.stdout._original_stdstream_copy, b'x' * 2**20))"
    )
    largest = Largest(scratch / "tmp")
    seen = run(fill)["cells"][0]
    assert seen == {"printed": f"True {MIB}\n", "error": ""}
    assert largest.stop() < MIB


def test_processor_time_of_all_processes_is_limited(run):
    seen = run("import os\nos.fork()\nwhile True: pass", timeout=120, cpu_seconds=8)
    assert seen["exceeded"] == ["cpu limit"]


@pytest.mark.parametrize("run", ["root"], indirect=True)
def test_processor_time_of_children_that_nobody_waits_for_counts(run):
    """Those of a parent that ignores SIGCHLD: a control group alone knows of them."""
    group = cgroups.create(f"{provisioner.private_prefix()}cpu", 2**27, 10)
    if group is None:
        pytest.skip("may make no control groups")
    group.remove()
    seen = run(
        "import os, signal, time\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "while True:\n"
        "    if os.fork() == 0:\n"
        "        while time.process_time() < 0.05: pass\n"
        "        os._exit(0)\n"
        "    time.sleep(0.05)",
        timeout=60,
        cpu_seconds=6,
    )
    assert seen["exceeded"] == ["cpu limit"]


def test_a_process_that_cuts_itself_loose_is_seen(run):
    seen = run(
        "import subprocess, time; subprocess.run('sleep 100 & setsid sleep 200 &', shell=True); "
        "helper = subprocess.Popen(['sleep', '300']); time.sleep(1)"
    )
    assert seen["strangers"] == ["sleep", "sleep"]


@pytest.mark.parametrize(
    "instead",
    [
        pytest.param("os.symlink(trap, path)", id="link"),
        pytest.param("os.link('/run/kernel/other', path)", id="hard link"),
        pytest.param("listen(path)", id="socket"),
        pytest.param("os.mkdir(path)", id="folder"),
    ],
)
def test_a_socket_in_the_place_of_the_kernels_is_not_connected_to(run, scratch, instead):
    trap = scratch / "trap"
    with socket.socket(socket.AF_UNIX) as outside:
        outside.bind(str(trap))
        trap.chmod(0o777)
        outside.listen()
        outside.setblocking(False)
        seen = run(
            "import glob, os, socket\nlistening = []\n"
            "def listen(path):\n"
            "    listening.append(socket.socket(socket.AF_UNIX))\n"
            "    listening[-1].bind(path); listening[-1].listen(); listening[-1].setblocking(False)\n"
            "listen('/run/kernel/other')\n"
            f"trap = {str(trap)!r}\n"
            "for path in glob.glob('/run/kernel/kernel-*'):\n"
            f"    os.unlink(path); {instead}",
            again=[
                "print('still here')",
                "for each in listening:\n    try: each.accept(); print('reached')\n    except BlockingIOError: pass",
            ],
        )
        with pytest.raises(BlockingIOError):
            outside.accept()
    assert [cell["printed"] for cell in seen["cells"]] == ["", "still here\n", ""]


def test_an_interrupt_reaches_the_kernel(run):
    seen = run("while True: pass", "print('still here')", timeout=3)
    assert [cell["printed"] for cell in seen["cells"]] == ["", "still here\n"]


@pytest.mark.parametrize("user", USERS)
def test_nothing_outlives_a_killed_grader(user, scratch, monkeypatch):
    runner = start(user, scratch)
    runner.stdin.write(
        json.dumps(
            {
                "cells": ["import subprocess; subprocess.Popen(['sleep', '1000']); import time; time.sleep(1000)"],
                "timeout": 1000,
            }
        )
    )
    runner.stdin.close()
    assert runner.stderr.readline() == "ready\n"
    time.sleep(1)
    family = psutil.Process(runner.pid).children(recursive=True)
    assert "sleep" in {process.name() for process in family}
    kill(runner)
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    # What it left on the disk the next start clears away.
    monkeypatch.setattr("tempfile.tempdir", str(scratch / "tmp"))
    assert list((scratch / "tmp").glob("coursekit-*"))
    provisioner.clear_leftovers()
    assert list((scratch / "tmp").glob("coursekit-*")) == []


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("below", [0, 1], ids=["bubblewrap", "its child"])
def test_nothing_outlives_a_grader_that_is_killed_while_its_sandbox_begins(user, below, scratch):
    """The process is stopped before it has asked to be told of the grader's death, and goes on afterwards."""
    for _ in range(20):
        grader = start_asleep(user, scratch)
        newborn = first_descendant(grader.pid, below)
        newborn.suspend()
        early = not newborn.children()
        time.sleep(0.1)  # those above have asked
        kill(grader)
        assert remains(newborn) == []
        if early:
            return
    raise AssertionError("never stopped early enough")


@pytest.mark.parametrize("user", USERS)
def test_nothing_outlives_a_grader_whose_sandbox_has_a_slow_first_process(user, scratch, monkeypatch):
    """Process number 1 inside is stopped when it has started the next and not asked to be told of bubblewrap's death.

    In between it closes its files, of which it gets many here. (The kernel would start within a second.)
    """
    slow = scratch / "bin" / "bwrap"
    slow.parent.mkdir()
    slow.write_text(MANY_FILES.format(python=sys.executable, bubblewrap=sandbox.bubblewrap()))
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    for _ in range(20):
        grader = start_asleep(user, scratch)
        init = first_descendant(grader.pid, 1)
        stop_with_child(init.pid)
        early = len(os.listdir(f"/proc/{init.pid}/fd")) > len(("stdin", "stdout", "stderr", "event_fd"))
        time.sleep(2)
        running = commands_below(init)
        kill(grader)
        assert remains(init) == []
        if early:
            assert not [command for command in running if command.startswith("/opt/course")]
            return
    raise AssertionError("never stopped early enough")


def test_the_lock_of_a_grader_whose_last_thread_is_slow_to_end_starts_no_kernel(scratch):
    """This process stands for the slow thread: it shares the lock. (The kernel would load zmq within a second.)"""
    for _ in range(20):
        grader = start_asleep("root" if IS_ROOT else "ordinary", scratch)
        newborn = first_descendant(grader.pid, 0)
        newborn.suspend()
        lock = shared_lock(grader.pid, scratch / "tmp")
        kill(grader)
        newborn.resume()
        time.sleep(4)
        running = commands_below(newborn)
        os.close(lock)
        assert remains(newborn) == []
        assert not [command for command in running if command.startswith("/opt/course")]
        if any("head" in command for command in running):  # the sandbox has begun, and waits for the grader's word
            return
    raise AssertionError("always stopped after bubblewrap had asked to be told of the grader's death")


def start_asleep(user: str, scratch: Path) -> subprocess.Popen:
    """A grader whose kernel, once it has started, does nothing for long."""
    grader = start(user, scratch)
    grader.stdin.write(json.dumps({"cells": ["import time; time.sleep(1000)"], "timeout": 1000}))
    grader.stdin.close()
    return grader


def kill(grader: subprocess.Popen) -> None:
    """Kill a grader as the system does when memory is short: it can do nothing more."""
    os.killpg(grader.pid, signal.SIGKILL)
    grader.wait()


def stop_with_child(pid: int) -> None:
    """Stop a process as soon as it has a child."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    deadline = time.monotonic() + 60
    while not children.read_text():
        assert time.monotonic() < deadline, f"process {pid} has started nothing"
    os.kill(pid, signal.SIGSTOP)


def remains(process: psutil.Process) -> list[psutil.Process]:
    """Let a process that was stopped go on; the process where it has not ended in 20 s (it is killed then)."""
    with contextlib.suppress(psutil.NoSuchProcess):  # it was stopped late, and has been told
        process.resume()
    _, alive = psutil.wait_procs([process], timeout=20)
    for each in alive:
        each.kill()
    return alive


def commands_below(process: psutil.Process) -> list[str]:
    """Command lines of its descendants; none where it has ended, as it does when it was stopped too late."""
    commands = []
    with contextlib.suppress(psutil.NoSuchProcess):
        for each in process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                commands.append(" ".join(each.cmdline()))
    return commands


def shared_lock(pid: int, temporary: Path) -> int:
    """A file descriptor that shares the lock which a grader holds on a connection file."""
    (lock,) = [file for file in Path(f"/proc/{pid}/fd").iterdir() if is_connection_file(file, temporary)]
    pidfd_getfd = 438  # of Linux, of which Python 3.11 has no function
    found = ctypes.CDLL(None, use_errno=True).syscall(pidfd_getfd, os.pidfd_open(pid), int(lock.name), 0)
    assert found >= 0, os.strerror(ctypes.get_errno())
    return found


def is_connection_file(file: Path, temporary: Path) -> bool:
    """Whether an entry of /proc/<pid>/fd is one; not where it has been closed since it was listed."""
    with contextlib.suppress(FileNotFoundError):
        target = file.readlink()
        return target.is_relative_to(temporary) and target.name == "inside.json"
    return False


def first_descendant(pid: int, below: int) -> psutil.Process:
    """The first child of a grader, or the first child of that, as soon as it is there."""
    grader = psutil.Process(pid)
    deadline = time.monotonic() + 60
    while grader.cmdline()[:1] != [sys.executable] and time.monotonic() < deadline:  # AS_ORDINARY comes before it
        time.sleep(0.05)
    while time.monotonic() < deadline:
        family = [grader]
        for _ in range(below + 1):
            family = family[0].children() if family else []
        if family:
            return family[0]
    raise AssertionError("the grader has started no sandbox")


def test_leaves_no_process_no_file_and_no_control_group(run, scratch):
    seen = run("import subprocess; subprocess.Popen(['setsid', 'sleep', '98765'])")
    assert seen["open"] == []
    assert not [process for process in psutil.process_iter(["cmdline"]) if "98765" in (process.info["cmdline"] or [])]
    assert list((scratch / "tmp").glob("coursekit-*")) == []
    assert not list(Path("/sys/fs/cgroup").glob(f"**/{provisioner.PREFIX}{run.grader}-*"))


def test_without_bubblewrap_nothing_runs(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(sandbox.SandboxError, match="apt-get install"):
        sandbox.bubblewrap()


def test_without_libseccomp_nothing_runs(monkeypatch, tmp_path):
    monkeypatch.setattr(seccomp, "LIBRARY", "libseccomp.so.0")
    seccomp.library.cache_clear()
    seccomp.program.cache_clear()
    manager = KernelManager(
        kernel_name="coursekit-sandbox",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(provisioner.KERNELS)]),
    )
    with pytest.raises(sandbox.SandboxError, match="apt-get install -y libseccomp2"):
        manager.start_kernel(cwd=str(tmp_path))


def test_a_long_path_of_the_temporary_folder_is_named(tmp_path, monkeypatch):
    (tmp_path / ("d" * 100)).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("d" * 100)))
    manager = KernelManager(
        kernel_name="coursekit-sandbox",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(provisioner.KERNELS)]),
    )
    with pytest.raises(sandbox.SandboxError, match="Set TMPDIR to a folder with a shorter path"):
        manager.start_kernel(cwd=str(tmp_path))
    assert list((tmp_path / ("d" * 100)).iterdir()) == []
