"""Work on hostile data in a process of its own, with limits on memory and time, which its caller outlives.

Reading a submission, and judging it by what its kernel says, run through :func:`call`. So even what nobody has foreseen
costs one submission. The process is forked from a small server (`multiprocessing`'s forkserver),
which has imported the kit once, so that it starts in milliseconds. Results come back as JSON.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from coursekit.provisioner import SHORT_TEMPORARY, private_prefix

PRELOADED = ["coursekit.submission", "coursekit.execute", "nbgrader.apps"]
"""What the server imports."""
MAX_RESULT = 2**28
"""Bytes of JSON."""
MAX_MESSAGE = 2_000
"""Characters of an error's text."""
LAST_SECONDS = 5.0
"""For a process that has sent its last to end by itself."""

_context = get_context("forkserver")
_context.set_forkserver_preload(PRELOADED)


@dataclass(frozen=True)
class Bounds:
    """What a call may use.

    memory: bytes of data, what the libraries hold included.
    cpu: seconds of CPU time, which a busy machine does not shorten.
    wall: seconds in all: generous, for what waits and never ends.
    """

    memory: int
    cpu: int
    wall: float


class EndedError(RuntimeError):
    """The process ended without a result.

    reason: "memory", "time" or "crash".
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason} ({detail})")
        self.reason = reason


class RaisedError(RuntimeError):
    """The function raised an exception that its caller did not name; the message is the end of its traceback."""


def preload(module: str) -> None:
    """Let the server import one more module, which each process that needs it would import anew.

    To be called before the first call; later it changes nothing.
    """
    if module not in PRELOADED:
        PRELOADED.append(module)
        _context.set_forkserver_preload(PRELOADED)


def call(
    function: Callable[..., Any], *arguments: Any, bounds: Bounds, passing: tuple[type[Exception], ...] = ()
) -> Any:
    """What ``function(*arguments)`` returns, computed in a process of its own.

    Args:
        function: One that is imported by name; it returns JSON-ready data.
        arguments: Trusted values, which are pickled on their way.
        bounds: What the process may use.
        passing: Exceptions that are raised here as they were there, made of their text; the special ones first.

    Raises:
        EndedError: The process used up its memory or time, or crashed.
        RaisedError: The function raised another exception.
    """
    _start_server()
    ours, theirs = _context.Pipe(duplex=False)
    process = _context.Process(
        target=_answer, args=(theirs, function, arguments, bounds, passing, dict(os.environ)), daemon=True
    )
    with ours:
        process.start()
        theirs.close()
        try:
            if not ours.poll(bounds.wall):
                raise EndedError("time", f"more than {bounds.wall:.0f} s")
            try:
                kind, value = json.loads(ours.recv_bytes(MAX_RESULT))
            except (EOFError, OSError):
                if ours.closed:  # so a connection answers to more than it may read
                    raise EndedError("memory", f"a result of more than {MAX_RESULT} bytes") from None
                process.join(LAST_SECONDS)
                raise EndedError(*_reason(process.exitcode)) from None
        finally:
            process.kill()
            process.join()
    if kind == "returned":
        return value
    if kind == "memory":
        raise EndedError("memory", value)
    raise passing[kind](value) if isinstance(kind, int) else RaisedError(value)


@cache
def _start_server() -> tempfile.TemporaryDirectory[str]:
    """Start the server, once: its socket lies in a folder that the kit removes even after this process was killed."""
    folder = tempfile.TemporaryDirectory(prefix=private_prefix(), dir=SHORT_TEMPORARY, ignore_cleanup_errors=True)
    before, tempfile.tempdir = tempfile.tempdir, folder.name
    try:
        forkserver.ensure_running()
    finally:
        tempfile.tempdir = before
    return folder


def _reason(exitcode: int | None) -> tuple[str, str]:
    """Of a process without a result, as the arguments of EndedError."""
    if exitcode == -signal.SIGXCPU:
        return "time", "its CPU time was used up"
    if exitcode == -signal.SIGKILL:
        return "memory", "killed, perhaps because the machine has no memory left"
    return "crash", f"exit code {exitcode}"


def _answer(
    connection: Connection,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    bounds: Bounds,
    passing: tuple[type[Exception], ...],
    environment: dict[str, str],
) -> None:
    """What the process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller hears Ctrl-C, and ends this process
    threading.Thread(target=_end_with_caller, daemon=True).start()
    os.environ.update(environment)
    limit(bounds)
    try:
        outcome = json.dumps(["returned", function(*arguments)]).encode()
    except MemoryError:
        outcome = json.dumps(["memory", "an allocation failed"]).encode()
    except passing as error:
        named = next(number for number, each in enumerate(passing) if isinstance(error, each))
        outcome = json.dumps([named, str(error)]).encode()
    except Exception as error:
        outcome = json.dumps(["raised", _text(error)]).encode()
    connection.send_bytes(outcome)


def limit(bounds: Bounds) -> None:
    """Set the limits of this process.

    They are soft ones: a sandbox that it starts sets its own.
    """
    for kind, value in (
        (resource.RLIMIT_DATA, bounds.memory),
        (resource.RLIMIT_CPU, bounds.cpu),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _text(error: Exception) -> str:
    """An error's type and text, and its traceback's last lines."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
    return f"{type(error).__name__}: {str(error)[:MAX_MESSAGE]}{where}"


def _end_with_caller() -> None:
    """End this process when its caller has been killed."""
    caller = parent_process()
    assert caller is not None, "this process was started by another"
    wait([caller.sentinel])
    os.kill(os.getpid(), signal.SIGKILL)
