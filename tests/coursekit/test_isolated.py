"""Work in a process of its own: what it returns or raises, and that its caller outlives whatever becomes of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from coursekit import isolated
from coursekit.isolated import Bounds, EndedError, RaisedError, call
from coursekit.sandbox import SandboxError

BOUNDS = Bounds(memory=2**30, cpu=60, wall=60)


def fail(kind: str) -> NoReturn:
    raise {"SandboxError": SandboxError, "ValueError": ValueError}[kind]("what happened")


def where() -> list[str]:
    return [os.getcwd(), os.environ["COURSEKIT_TEST"]]


def recurse(depth: int) -> int:
    return recurse(depth + 1) + 1


def spin() -> None:
    while True:
        pass


def test_result_is_what_the_function_returns():
    assert call(sorted, [2, 1], bounds=BOUNDS) == [1, 2]


def test_folder_and_environment_are_the_callers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSEKIT_TEST", "here")
    assert call(where, bounds=BOUNDS) == [str(tmp_path), "here"]


def test_a_named_exception_is_raised_here_too():
    with pytest.raises(SandboxError, match=r"^what happened$"):
        call(fail, "SandboxError", bounds=BOUNDS, passing=(SandboxError,))


def test_another_exception_says_its_type_and_place():
    with pytest.raises(RaisedError, match=r"(?s)^ValueError: what happened.*test_isolated\.py:\d+ in fail"):
        call(fail, "ValueError", bounds=BOUNDS, passing=(SandboxError,))


def test_too_deep_recursion_is_an_exception_like_others():
    with pytest.raises(RaisedError, match=r"^RecursionError"):
        call(recurse, 0, bounds=BOUNDS)


@pytest.mark.parametrize(
    ("function", "argument", "bounds", "reason"),
    [
        (bytearray, 2**31, BOUNDS, "memory"),
        (spin, None, Bounds(2**30, 1, 60), "time"),
        (time.sleep, 60, Bounds(2**30, 60, 0.5), "time"),
        (os._exit, 3, BOUNDS, "crash"),
        (signal.raise_signal, signal.SIGSEGV, BOUNDS, "crash"),
        (signal.raise_signal, signal.SIGKILL, BOUNDS, "memory"),
    ],
)
def test_what_ends_the_process_is_named(function, argument, bounds, reason):
    started = time.monotonic()
    with pytest.raises(EndedError) as ended:
        call(function, *([] if argument is None else [argument]), bounds=bounds)
    assert ended.value.reason == reason
    assert time.monotonic() - started < 50
    assert call(len, [1], bounds=BOUNDS) == 1, "the next call is as ever"


def test_a_result_that_is_too_long_is_not_read(monkeypatch):
    monkeypatch.setattr(isolated, "MAX_RESULT", 1_000)
    with pytest.raises(EndedError) as ended:
        call(str.upper, "a" * 100_000, bounds=BOUNDS)
    assert ended.value.reason == "memory"


def test_the_process_ends_with_its_caller(tmp_path):
    """Even with one that was killed."""
    script = tmp_path / "caller.py"
    script.write_text(
        "import sys, time\n"
        "from coursekit.isolated import Bounds, call\n"
        "if __name__ == '__main__':\n"
        "    call(exec, f\"import os, time; open({sys.argv[1]!r}, 'w').write(str(os.getpid())); time.sleep(600)\",\n"
        "         bounds=Bounds(2**30, 60, 600))\n"
    )
    told = tmp_path / "pid"
    with subprocess.Popen([sys.executable, str(script), str(told)]) as caller:
        deadline = time.monotonic() + 60
        while not (told.exists() and told.read_text()):
            assert time.monotonic() < deadline, "the call has not begun"
            time.sleep(0.05)
        caller.kill()
    inside = int(told.read_text())
    while psutil.pid_exists(inside) and psutil.Process(inside).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the process outlives its caller"
        time.sleep(0.05)


def test_limits_do_not_bind_what_it_starts():
    """They are soft ones: a sandbox sets its own."""
    hard = call(exec_and_read, bounds=BOUNDS)
    assert hard == ["unlimited", "unlimited"]


def exec_and_read() -> list[str]:
    limits = Path("/proc/self/limits").read_text().splitlines()
    return [line.split()[-2] for line in limits if line.startswith(("Max data size", "Max cpu time"))]
