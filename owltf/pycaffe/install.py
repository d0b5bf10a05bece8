"""Makes `import caffe` mean `owltf.pycaffe`, in the program that asks for it alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_NAME, _PACKAGE = "caffe", "owltf.pycaffe"


class _Alias(Loader):
    """Loads a module under its other name: both names are one module."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._spec: Any = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self._target)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import wrote the other name into a module that knows its own.
        module.__spec__ = self._spec


class _Finder(MetaPathFinder):
    """Finds `caffe` and the modules in it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        name, dot, rest = fullname.partition(".")
        if name != _NAME:
            return None
        known = f"{_PACKAGE}{dot}{rest}"
        found = find_spec(known)
        if found is None:
            return None
        return ModuleSpec(
            fullname, _Alias(known), is_package=found.submodule_search_locations is not None
        )


def install() -> None:
    """Make `import caffe`, and `import caffe.io` and so on, mean owltf's in this program.

    Raises:
        RuntimeError: if another `caffe` was imported already.
    """
    if any(isinstance(each, _Finder) for each in sys.meta_path):
        return
    other = sys.modules.get(_NAME)
    if other is not None and other is not sys.modules[_PACKAGE]:
        raise RuntimeError(
            f"another module named caffe is imported already, {getattr(other, '__file__', other)}; "
            "call owltf.pycaffe.install() before the first import caffe"
        )
    sys.meta_path.insert(0, _Finder())
