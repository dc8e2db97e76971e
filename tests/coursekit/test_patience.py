"""Time limits count the time that a kernel uses or sleeps, and not what the machine keeps it waiting."""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from queue import Empty

import pytest
import zmq.asyncio
from jupyter_client.session import Session

from coursekit.patience import OwnClock, PatientChannel, Wait


def work(ready: Event) -> None:
    """Use processor 0 for ever."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ready.set()
    while True:
        pass


@pytest.fixture
def start() -> Iterator[Callable[[int], int]]:
    """A function that starts so many processes that all want the same processor."""
    context, processes = multiprocessing.get_context("fork"), []

    def start_some(count: int) -> int:
        for _ in range(count):
            ready = context.Event()
            processes.append(context.Process(target=work, args=(ready,), daemon=True))
            processes[-1].start()
            assert ready.wait(20)
        return processes[0].pid

    yield start_some
    for process in processes:
        process.kill()
        process.join()


def used(pid: int) -> float:
    """Seconds of processor time of a process."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_own_time_of_a_process_among_three_is_what_it_used(start):
    pid = start(3)
    wait, clock = Wait(pid, lambda: 0.0), OwnClock()
    clock.follow(wait)
    waited, before = wait(), used(pid)
    time.sleep(3)
    own = 3 - (wait() - waited)
    assert own == pytest.approx(used(pid) - before, abs=0.4)
    assert own < 2


def test_a_sleeping_process_has_no_excuse():
    wait = Wait(os.getpid(), lambda: 0.0)
    before = wait()
    time.sleep(0.5)
    assert wait() - before < 0.1


def test_a_kernel_that_keeps_itself_waiting_has_no_excuse(start):
    """Two processors' worth of its own processes: as much own time as wall time, and more."""
    pid, started = start(3), time.monotonic()
    wait = Wait(pid, lambda: 2 * (time.monotonic() - started))
    time.sleep(1)
    assert wait() == 0


def test_what_a_process_waited_is_known_after_its_end(start):
    pid = start(3)
    wait = Wait(pid, lambda: 0.0)
    time.sleep(1)
    waited = wait()
    assert waited > 0
    os.kill(pid, 9)
    time.sleep(0.2)
    assert wait() >= waited


def test_where_the_system_does_not_count_own_time_is_wall_time():
    clock = OwnClock()
    clock.follow(Wait(2**30, lambda: 0.0))  # no such process
    time.sleep(0.3)
    assert clock.seconds() == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize(("waits", "expected"), [([], 0.2), ([0.3, 0.1], 0.6)])
def test_a_channel_waits_longer_by_what_the_kernel_waited(waits, expected):
    """Its timeout of 0.2 s is extended by 0.3 s, then by 0.1 s, then by nothing."""
    counted = [0.0, *(sum(waits[: n + 1]) for n in range(len(waits)))]

    async def receive() -> float:
        context = zmq.asyncio.Context()
        socket = context.socket(zmq.PULL)
        socket.bind("inproc://nobody-sends")
        channel = PatientChannel(socket, Session())
        channel.waited = lambda: counted.pop(0) if len(counted) > 1 else counted[0]
        start = time.monotonic()
        with pytest.raises(Empty):
            await channel.get_msg(timeout=0.2)
        seconds = time.monotonic() - start
        context.destroy(linger=0)
        return seconds

    assert asyncio.run(receive()) == pytest.approx(expected, abs=0.15)
