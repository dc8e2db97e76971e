"""The grader's end of the connection to a kernel: when it begins to ask, and that it then hears everything."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from coursekit.execute import CappedClient

IPYKERNEL = (sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}")


class ConnectsLate(CappedClient):
    """A client that looks for the kernel's sockets so seldom that it misses the first outputs."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.setsockopt(zmq.RECONNECT_IVL, 300)
        return context


async def first_output(
    folder: Path, command: tuple[str, ...], seconds: float, client_class: type[CappedClient] = CappedClient
) -> str:
    """What the first cell prints in a new kernel that is started by ``command``."""
    (folder / "kernel").mkdir(parents=True)
    (folder / "kernel" / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "", "language": ""}))
    specs = KernelSpecManager(kernel_dirs=[str(folder)])
    manager = AsyncKernelManager(kernel_name="kernel", kernel_spec_manager=specs, client_factory=client_class)
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=seconds)
        cell, printed = client.execute("print('first')"), ""
        while True:
            message = await client.get_iopub_msg(timeout=30)
            if message["parent_header"].get("msg_id") != cell:
                continue
            printed += message["content"].get("text", "")
            if message["content"].get("execution_state") == "idle":
                return printed
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("client_class", [CappedClient, ConnectsLate])
def test_the_outputs_of_the_first_cell_arrive(tmp_path, client_class):
    for number in range(3):
        assert asyncio.run(first_output(tmp_path / str(number), IPYKERNEL, 60, client_class)) == "first\n"


def test_a_kernel_that_ends_at_once_is_not_waited_for(tmp_path):
    with pytest.raises(RuntimeError, match="it ended before it answered"):
        asyncio.run(first_output(tmp_path, (sys.executable, "-c", "pass"), 60))


def test_a_kernel_that_never_answers_is_given_up(tmp_path):
    with pytest.raises(RuntimeError, match="it did not answer for 2 s"):
        asyncio.run(first_output(tmp_path, ("sleep", "60"), 2))
