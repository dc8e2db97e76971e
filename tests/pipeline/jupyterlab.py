"""A JupyterLab to be opened in a browser."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

TOKEN = "course"
STOP_SECONDS = 30
"""JupyterLab has shut its kernels down long before; but it has happened that a worker thread of AnyIO, told nothing,
kept the process for ever."""


@contextlib.contextmanager
def jupyter(folder: Path, **variables: str) -> Iterator[str]:
    """JupyterLab in ``folder``, with environment variables: its address. It is stopped in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    own = {"JUPYTER_CONFIG_DIR": str(folder / ".jupyter"), "JUPYTERLAB_SETTINGS_DIR": str(folder / ".jupyter")}
    with (
        (folder / "jupyter.log").open("w") as log,
        subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=os.environ | own | variables
        ) as server,
    ):
        try:
            yield _answering(f"http://127.0.0.1:{port}", folder / "jupyter.log")
        finally:
            server.terminate()
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()


def _answering(address: str, log: Path, seconds: float = 120) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{address}/api?token={TOKEN}").close()
            return address
        time.sleep(0.3)
    raise TimeoutError(f"JupyterLab does not answer; its log:\n{log.read_text()}")
