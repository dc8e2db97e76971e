"""Time limits that a busy machine does not shorten.

A kernel that waits for a processor is not slow, the machine is. Linux counts that wait for every thread
(`run_delay` in `/proc/<pid>/schedstat`), so a limit here is on the kernel's *own time*: wall time less the time for
which the machine kept its main thread, the one that executes cells, waiting. An endless loop and an endless sleep
both reach the limit; a right solution on an overloaded machine does not. Where the system does not count, own time is
wall time.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

from coursekit.messages import CheckedChannel

SHORTEST = 0.05
"""Seconds of waiting that are worth an extension."""


class Wait:
    """Seconds for which a machine has kept the main thread of a process waiting since this was made, when called.

    0 where the system does not count them; of a process that has ended, what was last seen. Processes of the kernel's
    own that keep it busy are no excuse: ``cpu``, the seconds of processor time of all of them, is own time.
    """

    def __init__(self, pid: int, cpu: Callable[[], float]) -> None:
        self._count = Path(f"/proc/{pid}/schedstat")
        self._cpu = cpu
        self._started = time.monotonic()
        self._cpu_before = cpu()
        self._before = self._counted() or 0.0
        self._seen = 0.0

    def __call__(self) -> float:
        counted = self._counted()
        if counted is not None:
            own = self._cpu() - self._cpu_before
            self._seen = max(0.0, min(counted - self._before, time.monotonic() - self._started - own))
        return self._seen

    def _counted(self) -> float | None:
        """Seconds since the process began; None where they cannot be read."""
        with contextlib.suppress(OSError, IndexError, ValueError):
            return int(self._count.read_text().split()[1]) / 1e9
        return None


class PatientChannel(CheckedChannel):
    """A channel on which the timeout of a message is in the own time of the kernel that ``waited`` measures."""

    waited: Callable[[], float] = staticmethod(lambda: 0.0)

    async def get_msg(  # type: ignore[override]  # as the channel above
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """The next message. Raises queue.Empty after ``timeout`` seconds of own time; None waits for ever."""
        waited = self.waited()
        while True:
            try:
                return await super().get_msg(timeout)
            except Empty:
                timeout = self.waited() - waited
                if timeout < SHORTEST:
                    raise
                waited += timeout  # what was counted now


class OwnClock:
    """Own time since the start, over the kernels of one submission."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._waits: list[Wait] = []

    def follow(self, wait: Wait) -> None:
        """Do not count what the next kernel waits."""
        self._waits.append(wait)

    def seconds(self) -> float:
        """Own seconds so far."""
        return time.monotonic() - self._started - sum(wait() for wait in self._waits)
