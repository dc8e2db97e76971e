"""Executes cells in a sandboxed kernel, for tests that want to do so as another user.

usage: python in_sandbox.py FOLDER < request
The request is JSON: {"cells": [source, ...], "again": [source, ...], "limits": {trait: value}, "timeout": seconds}.
A second client, which connects after the cells, executes those of "again". Prints JSON: for each cell that ended its
output and the name of its error, what the provisioner saw, the peak of memory, and files that stayed open.
"""

import json
import os
import sys
import threading
import time

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from traitlets.config import Config

from coursekit.provisioner import KERNELS


def main() -> None:
    request = json.load(sys.stdin)
    config = Config({"SandboxProvisioner": request.get("limits", {})})
    manager = KernelManager(
        kernel_name="coursekit-sandbox",
        config=config,
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(KERNELS)]),
    )
    manager.start_kernel(cwd=sys.argv[1])
    client = connected(manager)
    provisioner = manager.provisioner
    print("ready", file=sys.stderr, flush=True)
    peak = Peak(provisioner.pid)
    cells = []
    for number, source in enumerate((*request["cells"], *request.get("again", []))):
        if number == len(request["cells"]):
            client.stop_channels()
            client = connected(manager)
        cells.append(execute(manager, client, source, request.get("timeout", 30)))
        if not manager.is_alive():
            break
    answer = {
        "cells": cells,
        "alive": manager.is_alive(),
        "exceeded": provisioner.exceeded(),
        "strangers": provisioner.strangers(),
        "peak": peak.bytes,
    }
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    print(json.dumps(answer | {"open": open_inside()}))


def connected(manager: KernelManager) -> object:
    """A client, as soon as the kernel answers it."""
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return client


def open_inside() -> list[str]:
    """What this process has open of the sandbox's folders and of the files that it was started with."""
    links = [os.path.join("/proc/self/fd", file) for file in os.listdir("/proc/self/fd")]
    targets = [os.readlink(link) for link in links if os.path.islink(link)]
    return [target for target in targets if target.startswith(("/home/student", "/run/kernel", "/memfd", "/kernel"))]


def execute(manager: KernelManager, client: object, source: str, seconds: float) -> dict[str, str]:
    """What a cell printed, and its error: "dead" if it ended the kernel, "timeout" if it had to be interrupted."""
    result = {"printed": "", "error": ""}

    def keep(message: dict) -> None:
        result["printed"] += message["content"].get("text", "")

    message = client.execute(source)
    deadline, error = time.monotonic() + seconds, ""
    while True:
        try:
            read = client.get_iopub_msg(timeout=0.2)
        except Exception:
            if not manager.is_alive():
                return result | {"error": "dead"}
            if time.monotonic() > deadline:
                manager.interrupt_kernel()
                deadline, error = time.monotonic() + 10, "timeout"
            continue
        if read["parent_header"].get("msg_id") != message:
            continue
        if read["msg_type"] == "stream":
            keep(read)
        elif read["msg_type"] == "error":
            result["error"] = read["content"]["ename"]
        elif read["msg_type"] == "status" and read["content"]["execution_state"] == "idle":
            return result | ({"error": error} if error else {})


class Peak(threading.Thread):
    """The most memory that the processes in the sandbox have had together."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.bytes = 0
        self._process = psutil.Process(pid)
        self.start()

    def run(self) -> None:
        while self._process.is_running():
            total = 0
            for process in self._process.children(recursive=True):
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.bytes = max(self.bytes, total)
            time.sleep(0.05)


if __name__ == "__main__":
    main()
