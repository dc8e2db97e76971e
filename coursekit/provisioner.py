"""Jupyter kernels under bubblewrap: the kernel provisioner ``coursekit-sandbox``.

The kernelspec in `coursekit/kernels` names it; `coursekit.sandbox` says what a kernel sees there.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import json
import os
import shutil
import signal
import stat
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import psutil
import zmq
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Integer, List, Unicode

from coursekit import cgroups, launch, sandbox, seccomp
from coursekit.patience import Wait
from coursekit.watchdog import UNCOUNTED, Log, Watchdog

KERNELS = Path(__file__).parent / "kernels"
"""Folder of the kernelspec ``coursekit-sandbox``, for a KernelSpecManager."""
PREFIX = "coursekit-"
"""Names of private folders and control groups: this, the grader's process id, and something random."""
SHORT_TEMPORARY = "/tmp"
"""For sockets whose names have to be short, whatever TMPDIR says."""
START_SECONDS = 60
"""For the sandbox to begin, and then for the kernel to make its sockets, on a busy machine."""
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
LONGEST_FOLDER = zmq.IPC_PATH_MAX_LEN - len("/kernel-5")
"""Bytes of the path of the folder with the sockets; the system has no room for longer names of sockets."""


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel in a sandbox of its own, watches it, and leaves nothing of it behind."""

    memory = Integer(4 * 2**30, help="Bytes of memory of all processes, files included.").tag(config=True)
    processes = Integer(128, help="Processes and threads.").tag(config=True)
    file_size = Integer(512 * 2**20, help="Bytes of one file.").tag(config=True)
    files_size = Integer(2**30, help="Bytes of all files written.").tag(config=True)
    cpu_seconds = Integer(1200, help="Processor time of all processes together.").tag(config=True)
    pass_environment = List(
        Unicode(), ["COURSE_PROFILE", "OMP_NUM_THREADS"], help="Variables that the kernel gets."
    ).tag(config=True)

    _folder: Path | None = None
    _alive: IO[str] | None = None
    """The kernel's connection file, locked as long as this process lives: see `sandbox.WAIT_FOR_WORD`."""
    _go: int | None = None
    """The end of the pipe `sandbox.GO` that this process writes to."""
    _log: Log | None = None
    _files: list[int]
    """File descriptors that are closed in the end: of folders inside, and of the sockets there."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._files = []

    _cgroup: cgroups.Cgroup | None = None
    _watchdog: Watchdog | None = None
    _bubblewrap: psutil.Process | None = None
    said = ""
    """After the end: what bubblewrap and the kernel wrote where no message carries it, such as why they did not start.
    """

    @property
    def limits(self) -> sandbox.Limits:
        """What the kernel may use."""
        return sandbox.Limits(self.memory, self.processes, self.file_size, self.files_size, self.cpu_seconds)

    def describe(self) -> dict[str, Any]:
        """The sandbox as the record of a submission tells it."""
        held = (
            f"control groups, version {self._cgroup.version}"
            if self._cgroup
            else f"watchdog and resource limits; not: {UNCOUNTED}"
        )
        return {
            "enabled": True,
            "mechanism": "bubblewrap",
            "limits": self.limits.as_dict(),
            "held_by": held,
            "user": sandbox.user_of(self._name),
        }

    def exceeded(self) -> list[str]:
        """The limits that the kernel ran into so far, "memory limit" and the like."""
        found = self._watchdog.exceeded if self._watchdog else []
        return sorted({*found, *(self._cgroup.limits_hit() if self._cgroup else [])})

    def strangers(self) -> list[str]:
        """Names of the processes that cut themselves loose from the kernel: its own helpers are its children."""
        names = []
        for process in self._inside(recursive=False)[1:]:
            with contextlib.suppress(psutil.NoSuchProcess):
                names.append(process.name())
        return names

    def kernel_wait(self) -> Wait | None:
        """What the machine keeps the kernel waiting; None where it has ended."""
        inside = self._inside(recursive=False)
        watchdog = self._watchdog
        return Wait(inside[0].pid, lambda: watchdog.cpu_seconds) if inside and watchdog else None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Make the private folder, and put the sandbox around the kernel's command."""
        bubblewrap, rules = sandbox.bubblewrap(), seccomp.program()
        clear_leftovers()
        self._folder = Path(tempfile.mkdtemp(prefix=private_prefix()))
        if len(os.fsencode(self._folder)) > LONGEST_FOLDER:
            self._folder.rmdir()
            raise sandbox.SandboxError(
                f"No socket can be reached in {self._folder}: its path is longer than {LONGEST_FOLDER} bytes. "
                "Set TMPDIR to a folder with a shorter path."
            )
        manager = self._manager
        manager.transport, manager.ip = "ipc", str(self._folder / "kernel")
        manager.connection_file = str(self._folder / "connection.json")
        kwargs = await super().pre_launch(**kwargs)
        submission = Path(kwargs.get("cwd") or os.getcwd()).resolve()
        outside = self._outside(submission)
        uid = sandbox.user_of(self._name)
        self._cgroup = cgroups.create(self._name, self.memory, self.processes)
        environment = {name: kwargs["env"][name] for name in self.pass_environment if name in kwargs["env"]}
        self._files = [_in_memory(rules)]
        options = sandbox.options(submission.name, outside, uid, self.limits, environment, self._files[0])
        self._files.append(_in_memory("\0".join(options).encode()))  # process number 1 inside shows its command line
        kernel = [part.replace(manager.connection_file, sandbox.CONNECTION_FILE) for part in kwargs["cmd"]]
        command = [
            *(sys.executable, "-I", "-S", launch.__file__, str(seccomp.number("keyctl"))),
            *(self._cgroup.joined() if self._cgroup else []),
            *("--", bubblewrap, "--args", str(self._files[1]), "--", *sandbox.program(kernel, uid, self.limits)),
        ]
        return kwargs | {"cmd": command, "env": {}, "pass_fds": self._files}

    @property
    def _name(self) -> str:
        assert self._folder is not None, "the sandbox has not been prepared"
        return self._folder.name

    @property
    def _manager(self) -> Any:
        return self.parent

    def _outside(self, submission: Path) -> sandbox.Outside:
        """What the sandbox is given, in the private folder; the kernel's own connection file is locked.

        It is the one of the manager, with the path of the sockets that holds inside.
        """
        assert self._folder is not None
        outside = sandbox.Outside(*(self._folder / name for name in ("submission", "inside.json", "go", "empty")))
        sandbox.copy_submission(submission, outside.submission)
        outside.empty.touch(mode=0o644)
        os.mkfifo(outside.go, 0o600)
        connection = json.loads(Path(self._manager.connection_file).read_text())
        connection |= {"ip": f"{sandbox.CONNECTION}/kernel", "jupyter_session": ""}
        outside.connection.write_text(json.dumps(connection))
        outside.connection.chmod(0o644)
        self._alive = outside.connection.open()
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        return outside

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch the sandbox, watch it, and reach the kernel's sockets."""
        assert self._folder is not None
        self._log = Log()
        try:
            info = await super().launch_kernel(cmd, **kwargs, stdout=self._log.writer, stderr=self._log.writer)
        finally:
            for file in (self._log.writer, *self._files):
                os.close(file)
            self._files = []
        self._bubblewrap = psutil.Process(self.pid)
        self._watchdog = Watchdog(self._bubblewrap, self._log, self.limits, self._kill_all, self._cgroup)
        self._watchdog.start()
        if await self._say_the_word(self._folder / "go"):
            await self._reach_sockets()
        return info

    async def _say_the_word(self, pipe: Path) -> bool:
        """Say `sandbox.WORD`, in the thread that has launched the sandbox, as soon as nothing inside would outlive it.

        Where it never begins (False), it has failed: whoever waits for the kernel finds that out.
        """
        deadline = time.monotonic() + START_SECONDS
        while await self.poll() is None and time.monotonic() < deadline:
            listener = self._listener(pipe)
            if listener is not None and self._init_waits() and self._open_folders():
                with contextlib.suppress(BrokenPipeError):  # who listens has just given up, and will listen again
                    os.write(listener, f"{sandbox.WORD}\n".encode())
                    return True
            await asyncio.sleep(0.005)
        return False

    def _open_folders(self) -> bool:
        """Open the folders inside that the kernel will write to, while nothing of the student's runs there.

        False where the sandbox has just ended.
        """
        assert self._watchdog is not None, "the sandbox has not been launched"
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for waiting in self._inside(recursive=False)[:1]:
                for folder in sandbox.IN_MEMORY:
                    self._files.append(os.open(f"/proc/{waiting.pid}/root{folder}", os.O_PATH | os.O_DIRECTORY))
                self._watchdog.folders = list(self._files)
                return True
        return False

    async def _reach_sockets(self) -> None:
        """Put a link to each socket of the kernel's, as soon as it is there, into the private folder.

        The link is to an open file of this process, the socket itself: what lies at its path inside later, a link
        or another socket, is never looked at. Where a socket is missing, nobody can reach the kernel.
        """
        assert self._folder is not None
        folder = self._files[sandbox.IN_MEMORY.index(sandbox.CONNECTION)]
        names = [f"kernel-{getattr(self._manager, f'{channel}_port')}" for channel in CHANNELS]
        deadline = time.monotonic() + START_SECONDS
        while names and await self.poll() is None and time.monotonic() < deadline:
            socket = _socket(folder, names[0])
            if socket is None:
                await asyncio.sleep(0.005)
            else:
                self._files.append(socket)
                (self._folder / names.pop(0)).symlink_to(f"/proc/self/fd/{socket}")

    def _listener(self, pipe: Path) -> int | None:
        """The end of the pipe to write to, where somebody listens inside. It stays open, so that nothing is lost."""
        if self._go is None:
            try:
                self._go = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:  # nobody listens yet
                    raise
        return self._go

    def _init_waits(self) -> bool:
        """Whether process number 1 inside waits for the end of the one that listens, which it has started.

        Between these two it asks to be told of bubblewrap's death, and does nothing that it could sleep in.
        """
        assert self._bubblewrap is not None, "the sandbox has not been launched"
        with contextlib.suppress(psutil.NoSuchProcess):
            return [init.status() for init in self._bubblewrap.children()] == [psutil.STATUS_SLEEPING]
        return False

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel; a signal that ends it ends the whole sandbox."""
        if signum in (signal.SIGTERM, signal.SIGKILL):
            self._kill_all()
        else:
            for kernel in self._inside(recursive=False)[:1]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    kernel.send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        """End every process, and remove the private folder and the control group."""
        self._kill_all()
        if self._watchdog:
            self._watchdog.stop()
        if self._log:
            self.said, self._log = self._log.close(), None
        if self._cgroup:
            self._cgroup.remove()
        if self._alive:
            self._alive.close()
        if self._go is not None:
            os.close(self._go)
            self._go = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        for file in self._files:  # after the links to them
            os.close(file)
        self._files = []
        await super().cleanup(restart)

    def _inside(self, recursive: bool) -> list[psutil.Process]:
        """The processes below number 1 in the sandbox, the kernel first: it was there before any that it started."""
        if self._bubblewrap is None:
            return []
        inside = []
        with contextlib.suppress(psutil.NoSuchProcess):
            for init in self._bubblewrap.children():  # process number 1 inside
                inside += init.children(recursive)
        return sorted(inside, key=lambda process: process.create_time())

    def _kill_all(self) -> None:
        """Kill process number 1 inside, with which the system ends all others, and wait until they are gone."""
        if self._bubblewrap is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            family = self._bubblewrap.children(recursive=True)
            for process in self._bubblewrap.children() or [self._bubblewrap]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(family, timeout=10)  # bubblewrap sees them off, and ends


def _in_memory(content: bytes) -> int:
    """File descriptor of a file with this content, at its beginning."""
    file = os.memfd_create("coursekit")
    os.write(file, content)
    os.lseek(file, 0, os.SEEK_SET)
    return file


def _socket(folder: int, name: str) -> int | None:
    """A file descriptor that stands for the socket of this name in an open folder; None where there is none."""
    try:
        found = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        return None
    if stat.S_ISSOCK(os.fstat(found).st_mode):
        return found
    os.close(found)
    return None


def private_prefix() -> str:
    """How the private folders of this process are named, so that they can be removed when it has been killed."""
    return f"{PREFIX}{os.getpid()}-"


def clear_leftovers() -> None:
    """Remove private folders and control groups of graders that were killed."""
    for parent in {tempfile.gettempdir(), SHORT_TEMPORARY}:
        for folder in Path(parent).glob(f"{PREFIX}[0-9]*-*"):
            if _is_orphan(folder.name):
                shutil.rmtree(folder, ignore_errors=True)
    for cgroup in cgroups.leftovers(PREFIX):
        if all(_is_orphan(folder.name) for folder in cgroup.folders.values()):
            cgroup.remove()


def _is_orphan(name: str) -> bool:
    pid = name.removeprefix(PREFIX).partition("-")[0]
    return pid.isdigit() and not psutil.pid_exists(int(pid))
