"""Finds the classes that a package's files define, so that a new file needs no entry in a list."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def classes_in(package: str, base: type) -> list[type]:
    """Return the concrete subclasses of `base` that are defined in a package's modules.

    Args:
        package: the package's name; its subpackages are searched too.
        base: the class that they inherit from.
    """
    return [
        member
        for module in _modules(importlib.import_module(package))
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and _is_concrete(member, base)
    ]


def _is_concrete(member: type, base: type) -> bool:
    return issubclass(member, base) and member is not base and not inspect.isabstract(member)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(info.name)
