"""Missing system tools are named."""

from typer.testing import CliRunner

from coursekit import tools
from coursekit.__main__ import app


def test_set_up_machine_lacks_nothing():
    assert tools.missing() == []


def test_what_is_missing_is_named_as_the_debian_package(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "DEJAVU", tmp_path / "DejaVuSans.ttf")
    assert tools.missing() == ["bubblewrap", "fonts-dejavu"]


def test_apt_that_fails_ends_with_1(monkeypatch, tmp_path):
    (tmp_path / "apt-get").write_text("#!/bin/sh\nexit 100\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    done = CliRunner().invoke(app, ["tools"])
    assert done.exit_code == 1
    assert "apt-get" in done.stderr
