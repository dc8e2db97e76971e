"""Modules that are loaded when something in them is first used."""

import importlib
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from coursekit.lazy_modules import LazyFinder

PARTS = {
    "__init__": "from lazy_example import models, ops\n",
    "models": "from lazy_example.ops import area\nloaded = True\n",
    "ops": "import inspect\ninspect.getmodule(inspect.currentframe())\narea = 3\n",
    "plain": "value = 1\n",
}
"""A package like torchvision: one part needs the other, which asks `inspect` for a module while it is loaded."""
LAZY = ("lazy_example.models", "lazy_example.ops")


@pytest.fixture
def package(tmp_path, monkeypatch) -> Iterator[ModuleType]:
    """Imports the package with two lazy modules."""
    folder = tmp_path / "lazy_example"
    folder.mkdir()
    for name, source in PARTS.items():
        (folder / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    finder = LazyFinder(LAZY)
    finder.begin()
    package = importlib.import_module("lazy_example")
    finder.end()
    yield package
    for name in [name for name in sys.modules if name.startswith("lazy_example")]:
        del sys.modules[name]


def test_nothing_is_loaded_before_it_is_used(package):
    assert not {"loaded", "area"} & {*vars(package.models), *vars(package.ops)}


@pytest.mark.parametrize("first", ["models", "ops"])
def test_both_can_be_used_in_any_order(package, first):
    uses = {"models": lambda: package.models.loaded, "ops": lambda: package.ops.area == 3}
    assert uses.pop(first)()
    assert all(use() for use in uses.values())


def test_names_can_be_imported_from_them(package):
    from lazy_example.ops import area

    space: dict = {}
    exec("from lazy_example.models import *", space)
    assert (area, space["loaded"]) == (3, True)


def test_whoever_looks_through_all_modules_loads_none(package):
    inspect.getmodule(inspect.currentframe(), "somewhere.py")
    assert not hasattr(package.models, "__no_such_name__")
    assert "loaded" not in vars(package.models)


def test_what_they_do_not_have_is_an_ordinary_error(package):
    with pytest.raises(AttributeError, match=r"module 'lazy_example.ops' has no attribute 'volume'"):
        _ = package.ops.volume


def test_other_modules_are_ordinary(package):
    assert importlib.import_module("lazy_example.plain").value == 1
    assert not any(isinstance(finder, LazyFinder) for finder in sys.meta_path)
