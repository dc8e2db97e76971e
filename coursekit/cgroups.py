"""Control groups, version 1 or 2: the kernel's own limits on memory and processes, where this user may make them.

They also count processor time, whoever is credited with it: of a child that nobody waits for, only a group knows.

An ordinary user usually may not, and then :func:`create` says so and resource limits and `coursekit.watchdog` hold.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_LIMIT_FILES = {  # of version 1, and of version 2
    "memory": ("memory.limit_in_bytes", "memory.max"),
    "pids": ("pids.max", "pids.max"),
}
CPU = "cpuacct"
"""The controller of version 1 that counts processor time; in version 2 every group does."""
_SWAP_FILES = {1: "memory.memsw.limit_in_bytes", 2: "memory.swap.max"}
"""Version 1 limits memory and swap together, version 2 swap alone."""


@dataclass(frozen=True)
class Cgroup:
    """One group: a folder that holds all controllers (version 2), or a folder for each (version 1)."""

    version: int
    folders: dict[str, Path]

    def joined(self) -> list[str]:
        """The folders that a process has to enter, see `coursekit.launch`."""
        return sorted({str(folder) for folder in self.folders.values()})

    def limits_hit(self) -> list[str]:
        """Which limits processes ran into: "memory limit", "process limit"."""
        memory = self.folders["memory"] / ("memory.oom_control" if self.version == 1 else "memory.events")
        hit = ["memory limit"] if _counter(memory, "oom_kill") else []
        return hit + (["process limit"] if _counter(self.folders["pids"] / "pids.events", "max") else [])

    def cpu_seconds(self) -> float:
        """Processor time of its processes, those that have ended too; 0 where the system does not count it."""
        if self.version == 2:
            return _counter(self.folders["memory"] / "cpu.stat", "usage_usec") / 1e6
        try:
            return int((self.folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
        except (KeyError, OSError):
            return 0.0

    def remove(self) -> None:
        """Remove the group; its processes must have been killed. A dead process may take a moment to leave."""
        for folder in set(self.folders.values()):
            for _ in range(50):
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.02)
                else:
                    break


def create(name: str, memory: int, processes: int) -> Cgroup | None:
    """A group with limits on memory (bytes, tmpfs files count too) and processes; None where that is not allowed.

    No memory is swapped, where the system can limit that.
    """
    version, parents = _parents()
    cgroup = Cgroup(version, {controller: parent / name for controller, parent in parents.items()})
    try:
        for folder in set(cgroup.folders.values()):
            folder.mkdir()
        for controller, limit in (("memory", memory), ("pids", processes)):
            (cgroup.folders[controller] / _LIMIT_FILES[controller][version - 1]).write_text(str(limit))
        swap = cgroup.folders["memory"] / _SWAP_FILES[version]
        if swap.exists():
            swap.write_text(str(memory if version == 1 else 0))
    except OSError:
        cgroup.remove()
        return None
    return cgroup


def leftovers(prefix: str) -> list[Cgroup]:
    """Groups whose names begin with ``prefix``."""
    version, parents = _parents()
    names = {folder.name for parent in parents.values() for folder in parent.glob(f"{prefix}*")}
    return [Cgroup(version, {key: parent / name for key, parent in parents.items()}) for name in sorted(names)]


def _parents() -> tuple[int, dict[str, Path]]:
    """The version of the controllers, and the folders in which groups are made."""
    if (ROOT / "memory").is_dir():
        counting = [CPU] if (ROOT / CPU).is_dir() else []
        return 1, {controller: _own_v1(controller) for controller in [*_LIMIT_FILES, *counting]}
    # A group with processes of its own cannot hold limited groups in version 2: so beside it, not below.
    return 2, dict.fromkeys(_LIMIT_FILES, ROOT)


def _own_v1(controller: str) -> Path:
    """The group of this process, in which version 1 makes others."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return ROOT / controller / path.lstrip("/")
    return ROOT / controller


def _counter(file: Path, name: str) -> int:
    """The number after ``name`` in a file of names and numbers; 0 where there is none."""
    try:
        pairs = (line.split() for line in file.read_text().splitlines())
        return next((int(pair[1]) for pair in pairs if pair[0] == name), 0)
    except OSError:
        return 0
