"""A student's work to probe: the reference networks in a namespace, and the same in a real kernel."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from coursekit.data import ROOT
from coursekit.solution import MODELS, solution_names, solution_source
from grader_tests.student import ChannelStudent, KernelStudent


@pytest.fixture(scope="session")
def reference_source() -> str:
    """The instructor's classes as one source."""
    return solution_source(MODELS)


@pytest.fixture(scope="session")
def namespace() -> dict[str, Any]:
    """The reference classes, executed here."""
    return solution_names(MODELS)


@pytest.fixture
def here(namespace: dict[str, Any]) -> KernelStudent:
    """The reference solution, probed in this process; the namespace may be changed by a test."""
    return KernelStudent(dict(namespace))


class Kernel:
    """A real kernel that executes cells and returns their outputs."""

    def __init__(self) -> None:
        self.manager, self.client = start_new_kernel(cwd=str(ROOT))

    def run(self, source: str) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                outputs.append({"output_type": message["msg_type"], **message["content"]})

        self.client.execute_interactive(source, output_hook=keep, timeout=120)
        return outputs


@contextmanager
def kernel_of(reference_source: str) -> Iterator[Kernel]:
    kernel = Kernel()
    try:
        errors = [output for output in kernel.run(reference_source) if output["output_type"] == "error"]
        assert not errors, errors
        yield kernel
    finally:
        kernel.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="session")
def kernel(reference_source: str) -> Iterator[Kernel]:
    """A kernel that tests share: who changes its state puts it back."""
    with kernel_of(reference_source) as kernel:
        yield kernel


@pytest.fixture
def own_kernel(reference_source: str) -> Iterator[Kernel]:
    """A kernel of one test, which may leave it in any state (a default dtype, a style of figures)."""
    with kernel_of(reference_source) as kernel:
        yield kernel


@pytest.fixture(scope="session")
def there(kernel: Kernel) -> ChannelStudent:
    """The reference solution, probed across the Jupyter channel."""
    return ChannelStudent(kernel.run)
