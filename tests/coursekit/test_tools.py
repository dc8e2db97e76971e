"""Missing system tools are named."""

from coursekit import tools


def test_set_up_machine_lacks_nothing():
    assert tools.missing() == []


def test_what_is_missing_is_named_as_the_debian_package(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "DEJAVU", tmp_path / "DejaVuSans.ttf")
    assert tools.missing() == ["bubblewrap", "fonts-dejavu"]
