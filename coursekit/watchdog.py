"""A thread that watches a sandbox from outside and ends it where no limit of the system's does."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from coursekit.cgroups import Cgroup
from coursekit.sandbox import OPEN_FILES, Limits

PERIOD = 0.1
"""Seconds between two looks."""
INODE = 1024
"""Bytes that an entry of a file system in memory takes of the system's memory, about."""
UNCOUNTED = (
    "what the system keeps for file locks, memory maps and the like, or what is allocated in a tenth of a second"
)
"""Memory that a control group counts and a watchdog does not."""
READ = 2**16
TAIL = 8_000


class Log:
    """The end of what comes out of a pipe. Who writes faster than it is read (`READ` bytes a look) has to wait."""

    def __init__(self) -> None:
        self._reader, self.writer = os.pipe()
        os.set_blocking(self._reader, False)
        self._end = b""

    def read(self) -> None:
        """Read what is there."""
        with contextlib.suppress(BlockingIOError):
            self._end = (self._end + os.read(self._reader, READ))[-TAIL:]

    def close(self) -> str:
        """The last of it, as text."""
        self.read()
        os.close(self._reader)
        return self._end.decode(errors="replace")[-TAIL // 4 :]


_SIZE = re.compile(rb"^(\w+):\s+(\d+) kB$", re.MULTILINE)


class Watchdog(threading.Thread):
    """Calls ``end`` once when the processes below ``process`` exceed a limit; ``exceeded`` then names it.

    cpu_seconds: the processor time of all of them at the last look. A control group counts children that nobody waits
    for, too; /proc does not.
    folders: file descriptors of the sandbox's file systems in memory, which count as its memory.

    Memory is what processes hold, resident, swapped or in page tables; those files; and the most that may wait in
    their pipes and sockets. It is needed where no control group limits it.
    """

    def __init__(
        self, process: psutil.Process, log: Log, limits: Limits, end: Callable[[], None], cgroup: Cgroup | None
    ):
        super().__init__(name="coursekit-watchdog", daemon=True)
        self.exceeded: list[str] = []
        self.cpu_seconds = 0.0
        self.folders: list[int] = []
        self._process = process
        self._log = log
        self._limits = limits
        self._end = end
        self._cgroup = cgroup
        self._local, self._tcp = _largest_buffers()
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look until the process is gone, a limit is exceeded, or :meth:`stop` is called.

        Where it cannot look, it ends the sandbox, and the error is shown.
        """
        try:
            self._watch()
        except BaseException:
            self._end()
            raise

    def _watch(self) -> None:
        while not self._stopped.wait(PERIOD):
            self._log.read()
            try:
                family = self._process.children(recursive=True)
            except psutil.NoSuchProcess:
                return
            self.exceeded = self._exceeded(family)
            if self.exceeded:
                self._end()
                return

    def stop(self) -> None:
        """Stop watching; afterwards this thread uses neither the log nor the folders."""
        self._stopped.set()
        self.join()

    def _exceeded(self, family: list[psutil.Process]) -> list[str]:
        found = []
        counted = self._cgroup.cpu_seconds() if self._cgroup else 0.0
        self.cpu_seconds = max(self.cpu_seconds, counted, _total(family, _cpu_seconds))
        if self.cpu_seconds > self._limits.cpu:
            found.append("cpu limit")
        if self._memory(family) > self._limits.memory:
            found.append("memory limit")
        return found

    def _memory(self, family: list[psutil.Process]) -> float:
        """An upper bound; where that is too much, the true figure but for what waits in pipes and sockets."""
        files, first = sum(_in_files(folder) for folder in self.folders), family[:1]
        # Pages and open files that processes share count for each, and so do connections in which nothing waits.
        bound = files + _total(family, _resident)
        bound += self._local * _total(family, _open_files) + self._tcp * _total(first, _connections)
        if bound <= self._limits.memory:
            return bound
        pipes = self._local * _distinct_pipes(family) + self._tcp * _total(first, _busy_connections)
        return files + _total(family, _proportional) + pipes


def _total(family: list[psutil.Process], measure: Callable[[psutil.Process], float]) -> float:
    """Sum of a measure over processes, but for those that have ended meanwhile."""
    total = 0.0
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
            total += measure(process)
    return total


def _cpu_seconds(process: psutil.Process) -> float:
    """Of the process and of its children that have ended."""
    return sum(process.cpu_times()[:4])


def _open_files(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.AccessDenied):  # bubblewrap's own process has none, and others have a limit
        return process.num_fds()
    return OPEN_FILES


def _distinct_pipes(family: list[psutil.Process]) -> float:
    """Pipes and sockets that any of the processes has open; of one that hides them from an ordinary user, the most."""
    found: set[str] = set()

    def look(process: psutil.Process) -> int:
        try:
            found.update(_names_of_open_files(process))
        except PermissionError:
            has_ended = "VmRSS" not in _sizes(process, "status")
            return 0 if has_ended else OPEN_FILES
        return 0

    return _total(family, look) + sum(name.startswith(("pipe:", "socket:")) for name in found)


def _names_of_open_files(process: psutil.Process) -> Iterator[str]:
    folder = f"/proc/{process.pid}/fd"
    for file in os.listdir(folder):
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            yield os.readlink(f"{folder}/{file}")


def _resident(process: psutil.Process) -> int:
    status = _sizes(process, "status")
    return status.get("VmRSS", 0) - status.get("RssShmem", 0) + status.get("VmSwap", 0) + status.get("VmPTE", 0)


def _proportional(process: psutil.Process) -> int:
    """As `_resident`, with the process's share of the pages that it has in common with others."""
    try:
        sizes = _sizes(process, "smaps_rollup")
    except PermissionError:
        return _resident(process)
    tables = _sizes(process, "status").get("VmPTE", 0)
    return sizes.get("Pss", 0) - sizes.get("Pss_Shmem", 0) + sizes.get("SwapPss", 0) + tables


def _sizes(process: psutil.Process, file: str) -> dict[str, int]:
    """The fields in kilobytes of a file in /proc/<pid>, in bytes."""
    text = Path(f"/proc/{process.pid}/{file}").read_bytes()  # a process gives itself any name, even none of UTF-8
    return {name.decode(): int(size) * 1024 for name, size in _SIZE.findall(text)}


def _in_files(folder: int) -> int:
    """Bytes of memory of a file system that lies there."""
    found = os.fstatvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize + (found.f_files - found.f_ffree) * INODE


def _connections(process: psutil.Process) -> int:
    """TCP sockets of the process's network, and so of the whole sandbox."""
    lines = Path(f"/proc/{process.pid}/net/sockstat").read_text().splitlines()
    return next((int(line.split()[2]) for line in lines if line.startswith("TCP: inuse ")), 0)


def _busy_connections(process: psutil.Process) -> int:
    """Those in which something waits to be sent or read."""
    lines = Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[4].strip("0") != ":" for line in lines)


def _largest_buffers() -> tuple[int, int]:
    """Bytes that may wait in a local socket, and in a TCP connection's end, by the system's settings."""
    local = (_last_number(f"core/wmem_{name}", 212_992) for name in ("default", "max"))
    tcp = (_last_number(f"ipv4/tcp_{name}", 2**25) for name in ("wmem", "rmem"))
    return 2 * max(local), sum(tcp)


def _last_number(setting: str, otherwise: int) -> int:
    """Of a setting of the network; ``otherwise`` where the system does not show it."""
    file = Path("/proc/sys/net", setting)
    return int(file.read_text().split()[-1]) if file.exists() else otherwise
