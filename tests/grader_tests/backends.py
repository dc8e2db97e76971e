"""Judges a grade cell twice, in this process and across the messages of a Jupyter kernel, and compares."""

import os
from types import ModuleType
from typing import Any

from ipykernel.inprocess import InProcessKernelManager

from grader_tests.session import run_checks
from grader_tests.student import ChannelStudent, KernelStudent, Student
from grader_tests.verdict import FAILED, CheckResult

DIFFERENCE = "the backends differ"
"""Id of the result that says so."""

_kernels: dict[int, InProcessKernelManager] = {}
"""By process: a forked one starts its own."""


def judge_twice(cell: str, student: Student, seed: int) -> list[Any]:
    """The results of a grade cell in this process; one more with the id DIFFERENCE where the channel says otherwise."""
    assert isinstance(student, KernelStudent)
    notes = dict(student.notes)
    here = run_checks(cell, student, seed).results
    there = run_checks(cell, ChannelStudent(_kernel_with(student.namespace), notes), seed).results
    verdicts = [{result.id: (result.verdict, result.message) for result in results} for results in (here, there)]
    if verdicts[0] == verdicts[1]:
        return here
    message = "; ".join(
        f"{key}: {verdicts[0][key]} here, {verdicts[1].get(key)} there"
        for key in verdicts[0]
        if verdicts[0][key] != verdicts[1].get(key)
    )
    return [*here, CheckResult(DIFFERENCE, "", FAILED, "0", "0", message, "", 0.0)]


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
    _kernels[os.getpid()] = manager
    return manager
