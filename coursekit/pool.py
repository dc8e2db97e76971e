"""Workers that execute submissions: a cluster of this machine's processors, or one that runs elsewhere (Dask)."""

from __future__ import annotations

import logging
import secrets
import signal
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace

import dask
from distributed import Client, Future, LocalCluster, wait

from coursekit import worker
from coursekit.execute import PATIENCE
from coursekit.provisioner import clear_leftovers, private_prefix
from coursekit.worker import Task

ATTEMPTS = 3
"""Executions of a submission whose workers die or do not come back."""
CONNECT_SECONDS = 10
NO_WORKERS_SECONDS = 180
"""Where all have died at once: on a busy machine a new worker takes tens of seconds to start."""
SETTINGS = {
    "distributed.scheduler.worker-ttl": "60 s",  # a worker that is silent for so long is replaced
    # What Dask would measure of itself, by default up to a hundred times a second, nobody looks at.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1 s",
    "distributed.admin.system-monitor.interval": "10 s",
    # Nobody's memory is a reason to pause a worker: the sandbox limits it.
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
}
AGAIN = "What was finished is in the gradebook; give the same command again for the rest."
GONE = f"The scheduler is gone. {AGAIN}"


class PoolError(RuntimeError):
    """There are no workers, or none any more; the message says why and what to do."""


class LostError(RuntimeError):
    """A submission that no worker brought back: its workers died, or went silent, every time."""


@dataclass
class _Job:
    key: str
    task: Task
    attempt: int = 1
    worker: str = ""
    deadline: float = 0.0


class Pool:
    """Tasks on the workers of a cluster, one at a time on each.

    So it is known whose task a worker was executing when it died: nobody else's is suspected. seconds: of own time that
    a task may take; after 2 * PATIENCE times as long it is given to another worker. refill: starts workers in the place
    of those that are missing.
    """

    def __init__(self, client: Client, seconds: float, refill: Callable[[], None] = lambda: None):
        self._client = client
        self._refill = refill
        self._seconds = 2 * PATIENCE * seconds  # the process that judges ends before
        self._queue: deque[_Job] = deque()
        self._running: dict[Future, _Job] = {}
        self._alive: set[str] = set()
        self._last_alive = time.monotonic()
        self._look()

    @property
    def workers(self) -> int:
        """Workers that were there at the last look."""
        return len(self._alive)

    @property
    def has_room(self) -> bool:
        """Whether a worker has nothing to do."""
        return len(self._running) + len(self._queue) < len(self._alive)

    @property
    def busy(self) -> bool:
        """Whether tasks are under way."""
        return bool(self._running or self._queue)

    def submit(self, key: str, task: Task) -> None:
        """Hand out a task."""
        self._queue.append(_Job(key, task))
        self._dispatch()

    def finished(self, seconds: float = 1.0) -> list[tuple[str, dict[str, str] | Exception]]:
        """Key and executed notebooks of each task that has come back, or the exception that stands for it.

        Waits ``seconds`` at most. Raises PoolError where the scheduler is gone, or all workers for NO_WORKERS_SECONDS.
        """
        done = self._wait(seconds)
        self._look()
        outcomes = []
        for future, job in list(self._running.items()):
            if future not in done and job.worker in self._alive and time.monotonic() < job.deadline:
                continue
            del self._running[future]
            outcome = self._outcome(future, job, future in done)
            if outcome is not None:
                outcomes.append((job.key, outcome))
        self._dispatch()
        return outcomes

    def _wait(self, seconds: float) -> set[Future]:
        if not self._running:
            time.sleep(seconds)
            return set()
        try:
            return wait(list(self._running), timeout=seconds, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            return set()
        except CancelledError as error:
            raise PoolError(GONE) from error

    def _look(self) -> None:
        """See which workers there are."""
        try:
            self._alive = set(self._client.scheduler_info(n_workers=-1)["workers"])
        except (OSError, CancelledError) as error:
            raise PoolError(GONE) from error
        if self._client.status != "running":
            raise PoolError(GONE)
        self._refill()
        now = time.monotonic()
        if self._alive:
            self._last_alive = now
        elif now - self._last_alive > NO_WORKERS_SECONDS:
            raise PoolError(f"There has been no worker for {NO_WORKERS_SECONDS} s. {AGAIN}")

    def _dispatch(self) -> None:
        free = self._alive - {job.worker for job in self._running.values()}
        while self._queue and free:
            job = self._queue.popleft()
            job.worker = free.pop()
            job.deadline = time.monotonic() + self._seconds
            key = f"{job.key}-{secrets.token_hex(4)}"
            self._running[self._client.submit(worker.execute, job.task, key=key, workers=[job.worker])] = job

    def _replace(self, worker: str) -> None:
        """End a worker that does not come back; where it has a nanny, as is usual, this starts another."""
        try:
            self._client.restart_workers([worker], raise_for_error=False)
        except ValueError:
            self._client.retire_workers([worker], close_workers=True)

    def _outcome(self, future: Future, job: _Job, done: bool) -> dict[str, str] | Exception | None:
        """What a task has come to; None where it is tried again."""
        if not done:
            future.cancel(force=True)
            if job.worker in self._alive:  # it is still at the task, and will not come back for another
                self._replace(job.worker)
            if job.attempt == ATTEMPTS:
                return LostError(f"the worker died, or did not answer, in {ATTEMPTS} attempts")
            self._queue.append(replace(job, attempt=job.attempt + 1))
            return None
        error = future.exception()
        if isinstance(error, CancelledError):
            raise PoolError(GONE) from error
        return future.result() if error is None else error


@contextmanager
def connect(workers: int, scheduler: str | None, seconds: float) -> Iterator[Pool]:
    """A pool of ``workers`` processes of this machine, or of the workers of the scheduler at that address.

    seconds: as of :class:`Pool`. Raises PoolError where nobody answers, and VersionsDifferError.
    """
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what is of interest becomes an exception
    with dask.config.set(SETTINGS):
        if scheduler is None:
            with (
                tempfile.TemporaryDirectory(prefix=private_prefix()) as scratch,
                dask.config.set({"temporary-directory": scratch}),
                _local(workers) as cluster,
                Client(cluster) as client,
            ):
                # A nanny starts its worker again, but not one that died before it had told the nanny that it runs.
                yield Pool(client, seconds, refill=lambda: cluster.scale(workers))
            clear_leftovers()  # of workers that died
        else:
            with _client_of(scheduler) as client:
                yield Pool(client, seconds)


def _local(workers: int) -> LocalCluster:
    """A cluster of this machine. A terminal sends Ctrl-C to its processes too: only this one shall hear it."""
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited
    try:
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=None,
            memory_limit=None,
            silence_logs=logging.CRITICAL,
        )
    finally:
        signal.signal(signal.SIGINT, heard)


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
