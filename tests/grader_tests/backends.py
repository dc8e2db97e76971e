"""Judges a grade cell across the messages of a Jupyter kernel, or with both backends, there and in this process."""

import os
from types import ModuleType
from typing import Any

import ipykernel.debugger  # noqa: F401  loaded here once, and not by the kernel of every forked sample
import numpy as np
from ipykernel.inprocess import InProcessKernelManager

from grader_tests.session import run_checks
from grader_tests.student import ChannelStudent, KernelStudent, ProbeError, Reply, Student
from grader_tests.verdict import FAILED, CheckResult

DIFFERENCE = "the backends differ"
"""Id of the result that says so."""

_kernels: dict[int, InProcessKernelManager] = {}
"""By process: one that is forked has no use for its parent's, whose threads stay there."""


class BothStudents:
    """Asks both backends each question, and answers as the one in this process does.

    ``differing``: names of the probes to which the two have given different answers; so no check can tell them apart
    as long as it is empty, and checks need not run twice.
    """

    def __init__(self, here: Student, there: Student) -> None:
        self.notes = here.notes
        self.differing: list[str] = []
        self._here, self._there = here, there

    def probe(self, name: str, **arguments: Any) -> Reply:
        """As of ``Student``."""
        here, there = (_answer(student, name, arguments) for student in (self._here, self._there))
        try:
            np.testing.assert_equal(there, here)
        except AssertionError:
            self.differing.append(name)
        if isinstance(here, str):
            raise ProbeError(here)
        return Reply(here)


def _answer(student: Student, name: str, arguments: dict[str, Any]) -> Any:
    """The fields of a reply, or the text of a ProbeError."""
    try:
        return student.probe(name, **arguments)._fields
    except ProbeError as error:
        return str(error)


def judge_across_channel(cell: str, student: Student, seed: int) -> list[Any]:
    """The results of a grade cell, asked as in autograding."""
    return run_checks(cell, _across_channel(student), seed).results


def judge_with_both(cell: str, student: Student, seed: int) -> list[Any]:
    """The results of a grade cell; one more with the id DIFFERENCE where the backends answer differently."""
    both = BothStudents(student, _across_channel(student))
    results = run_checks(cell, both, seed).results
    if both.differing:
        message = f"different answers to {', '.join(both.differing)}"
        results.append(CheckResult(DIFFERENCE, "", FAILED, "0", "0", message, "", 0.0))
    return results


def _across_channel(student: Student) -> ChannelStudent:
    assert isinstance(student, KernelStudent)
    return ChannelStudent(_kernel_with(student.namespace), student.notes)


def _kernel_with(namespace: dict[str, Any]) -> Any:
    """Function that executes a source with these names in a kernel, and returns its outputs."""
    manager = _kernels.get(os.getpid()) or _start()
    module = ModuleType("__main__")
    vars(module).update(namespace)
    shell = manager.kernel.shell
    shell.user_module, shell.user_ns = module, vars(module)
    client = manager.client()
    client.start_channels()

    def run(source: str) -> list[dict[str, Any]]:
        client.execute(source, silent=False, store_history=False)
        outputs = []
        while client.iopub_channel.msg_ready():
            message = client.get_iopub_msg(timeout=10)
            if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                outputs.append({"output_type": message["msg_type"], **message["content"]})
        return outputs

    return run


def _start() -> InProcessKernelManager:
    manager = InProcessKernelManager()
    manager.start_kernel()
    os.environ["IPYKERNEL_CELL_NAME"] = "question"  # else ipykernel makes a name from each character of a source
    _kernels[os.getpid()] = manager
    return manager
