"""Modules that are loaded when something in them is first used. The source travels into the student's kernel as text.

The standard library's ``LazyLoader`` does not do: it loads a module for the sake of its ``__file__`` too, which
``inspect`` asks of every module there is, whenever somebody wants a source. It asked in the midst of loading one of two
lazy modules, and the other one, loaded then, found the first half empty.
"""

import sys
from collections.abc import Collection, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any


class _LazyModule(ModuleType):
    """A module that knows its name and file, and nothing of its contents."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self.__class__ = ModuleType  # type: ignore[assignment]
        assert self.__spec__
        assert self.__spec__.loader
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


class _LazyLoader(Loader):
    """Leaves a module to its own loader, for later."""

    def __init__(self, loader: Loader):
        self._loader = loader

    def exec_module(self, module: ModuleType) -> None:
        """Nothing of it is executed now."""
        assert module.__spec__
        module.__spec__.loader = module.__loader__ = self._loader
        module.__class__ = _LazyModule


class LazyFinder(MetaPathFinder):
    """Makes modules lazy that are imported between :meth:`begin` and :meth:`end`. names: full names of the modules."""

    def __init__(self, names: Collection[str]):
        self._names = names

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The ordinary specification, with a lazy loader."""
        spec = PathFinder.find_spec(name, path, target) if name in self._names else None
        if spec and spec.loader:
            spec.loader = _LazyLoader(spec.loader)
        return spec

    def begin(self) -> None:
        """Be the first finder that Python asks."""
        sys.meta_path.insert(0, self)

    def end(self) -> None:
        """Be asked no more; what is lazy stays so until it is used."""
        sys.meta_path.remove(self)
