"""A thread that watches a sandbox from outside and ends it where no limit of the system's does."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

from coursekit.sandbox import Limits

PERIOD = 0.1
"""Seconds between two looks."""
OUTSIDE_SIZE = 10 * 2**20
"""Bytes that may lie in the private folder, all that the sandbox can write to a disk: sockets and a log."""


class Watchdog(threading.Thread):
    """Calls ``end`` once when the processes below ``process`` exceed a limit; ``exceeded`` then names it.

    cpu_seconds: the processor time of all of them at the last look.
    memory: the proportional set sizes of all processes; needed where no control group limits it.
    """

    def __init__(self, process: psutil.Process, folder: Path, limits: Limits, end: Callable[[], None]):
        super().__init__(name="coursekit-watchdog", daemon=True)
        self.exceeded: list[str] = []
        self.cpu_seconds = 0.0
        self._process = process
        self._folder = folder
        self._limits = limits
        self._end = end
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look until the process is gone, a limit is exceeded, or :meth:`stop` is called."""
        while not self._stopped.wait(PERIOD):
            try:
                family = self._process.children(recursive=True)
            except psutil.NoSuchProcess:
                return
            self.exceeded = self._exceeded(family)
            if self.exceeded:
                self._end()
                return

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()

    def _exceeded(self, family: list[psutil.Process]) -> list[str]:
        found = []
        self.cpu_seconds = max(self.cpu_seconds, _total(family, _cpu_seconds))
        if self.cpu_seconds > self._limits.cpu:
            found.append("cpu limit")
        # The sum of resident sizes counts shared pages twice, but is cheap: the true figure only where it matters.
        if _total(family, _resident) > self._limits.memory and _total(family, _proportional) > self._limits.memory:
            found.append("memory limit")
        if _size(self._folder) > OUTSIDE_SIZE:
            found.append("file limit")
        return found


def _total(family: list[psutil.Process], measure: Callable[[psutil.Process], float]) -> float:
    """Sum of a measure over processes, but for those that have ended meanwhile."""
    total = 0.0
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += measure(process)
    return total


def _cpu_seconds(process: psutil.Process) -> float:
    """Of the process and of its children that have ended."""
    return sum(process.cpu_times()[:4])


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss)


def _proportional(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss)


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.lstat(os.path.join(parent, name)).st_size
    return total
