"""Finds what a package's files define, so that a new file needs no entry in a list."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from owltf.errors import OwltfError


def classes_in(package: str, base: type) -> list[type]:
    """Return the concrete subclasses of `base` that are defined in a package's modules.

    Args:
        package: the package's name; its subpackages are searched too.
        base: the class that they inherit from.

    Raises:
        OwltfError: if one has a `caffe_type` of its own, but not all that `base` demands.
    """
    return [
        member
        for module in (importlib.import_module(package), *_submodules(package))
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and _is_concrete(member, base)
    ]


def namesakes_in(package: str) -> dict[str, Any]:
    """Return what in a package's modules has the name of its module, by that name.

    Args:
        package: the package's name; its subpackages are searched too.
    """
    modules = [(each.__name__.rpartition(".")[2], each) for each in _submodules(package)]
    return {name: vars(module)[name] for name, module in modules if name in vars(module)}


def _is_concrete(member: type, base: type) -> bool:
    if not issubclass(member, base) or member is base:
        return False
    if inspect.isabstract(member) and "caffe_type" in vars(member):
        raise OwltfError(
            f"{_place(member)} lacks {_missing(member)}, which {base.__name__} demands"
        )
    return not inspect.isabstract(member)


def _place(member: type) -> str:
    return f"class {member.__name__} of {member.__module__}"


def _missing(member: type) -> str:
    return " and ".join(sorted(getattr(member, "__abstractmethods__", ())))


def _submodules(package: str) -> Iterator[ModuleType]:
    path = importlib.import_module(package).__path__
    for info in pkgutil.walk_packages(path, f"{package}."):
        yield importlib.import_module(info.name)
