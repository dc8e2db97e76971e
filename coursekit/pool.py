"""Workers that execute submissions: a cluster of this machine's processors, or one that runs elsewhere (Dask)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dask
from distributed import Client, Future, KilledWorker, LocalCluster, wait
from distributed.client import FutureCancelledError

from coursekit import worker
from coursekit.worker import Task

ATTEMPTS = 3
"""Executions of a submission whose workers die or do not come back."""
CONNECT_SECONDS = 10
MARGIN_SECONDS = 120
"""What a submission may take beyond its own time limit, for sending and starting."""
SETTINGS = {
    "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
    "distributed.scheduler.worker-ttl": "60 s",  # a worker that is silent for so long is replaced
    # Submissions are retried by count, and nobody's memory is a reason to pause a worker: the sandbox limits it.
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
}


class PoolError(RuntimeError):
    """There are no workers, or none any more; the message says why and what to do."""


class LostError(RuntimeError):
    """A submission that no worker brought back: its workers died, or went silent, every time."""


@dataclass
class _Running:
    key: str
    task: Task
    deadline: float
    attempt: int


class Pool:
    """Tasks under way on a cluster.

    seconds: after which a task that was taken by no worker or is not brought back is given to another.
    """

    def __init__(self, client: Client, seconds: float):
        self._client = client
        self._seconds = seconds
        self._running: dict[Future, _Running] = {}

    @property
    def has_room(self) -> bool:
        """Whether a worker would have nothing to do soon: one task waits for each that is executed."""
        return len(self._running) < 2 * max(1, self.workers)

    @property
    def workers(self) -> int:
        """Workers that are there now."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    @property
    def busy(self) -> bool:
        """Whether tasks are under way."""
        return bool(self._running)

    def submit(self, key: str, task: Task, attempt: int = 1) -> None:
        """Hand out a task."""
        future = self._client.submit(worker.execute, task, pure=False, key=f"{key}-{time.monotonic_ns()}")
        self._running[future] = _Running(key, task, time.monotonic() + 2 * self._seconds + MARGIN_SECONDS, attempt)

    def finished(self, seconds: float = 1.0) -> Iterator[tuple[str, dict[str, str] | Exception]]:
        """Key and executed notebooks of each task that has come back, or the exception that stands for it.

        Waits ``seconds`` at most. Raises PoolError where the scheduler is gone.
        """
        try:
            done = wait(list(self._running), timeout=seconds, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            done = set()
        except FutureCancelledError as error:
            raise PoolError(_GONE) from error
        if self._client.status != "running":
            raise PoolError(_GONE)
        now = time.monotonic()
        for future in [future for future in self._running if future in done or self._running[future].deadline < now]:
            running = self._running.pop(future)
            if future not in done:
                future.cancel()
                outcome: dict[str, str] | Exception | None = self._again(running)
            elif future.status == "finished":
                outcome = future.result()
            else:
                outcome = _reason(future)
            if outcome is not None:
                yield running.key, outcome

    def _again(self, running: _Running) -> Exception | None:
        if running.attempt == ATTEMPTS:
            return LostError(f"no answer in {ATTEMPTS} attempts")
        self.submit(running.key, running.task, running.attempt + 1)
        return None


_GONE = "The scheduler is gone. What was finished is in the gradebook; give the same command again for the rest."


def _reason(future: Future) -> Exception:
    error = future.exception()
    if isinstance(error, KilledWorker):
        return LostError(f"its worker died in {ATTEMPTS} attempts")
    return error if isinstance(error, Exception) else PoolError(_GONE)


@contextmanager
def connect(workers: int, scheduler: str | None, seconds: float) -> Iterator[Pool]:
    """A pool of ``workers`` processes of this machine, or of the workers of the scheduler at that address.

    seconds: as of :class:`Pool`. Raises PoolError where nobody answers, and VersionsDifferError.
    """
    with dask.config.set(SETTINGS):
        if scheduler is None:
            with (
                LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None, memory_limit=None
                ) as cluster,
                Client(cluster) as client,
            ):
                yield Pool(client, seconds)
        else:
            with _client_of(scheduler) as client:
                yield Pool(client, seconds)


def _client_of(scheduler: str) -> Client:
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        raise PoolError(
            f"No workers at {scheduler} ({error or 'no answer'}). The address is what `dask scheduler` prints, such as "
            "tcp://127.0.0.1:8786; start workers with `dask worker ADDRESS --nthreads 1`."
        ) from error
    expected = worker.versions()
    for address, found in client.run(worker.versions).items():
        worker.require_same(expected, found, address)
    return client
