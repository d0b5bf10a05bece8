"""Tells whether some plugin has a layer type, without importing layers, which loads TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pluggy

from owltf.registry.implementations import implementations

LAYER_HOOKS = ("owltf_layer_converters", "owltf_data_layers")


@dataclass(frozen=True)
class NamedTypes:
    """The layer types that stand, as a quoted word, in the source of a plugin that brings layers.

    Attributes:
        manager: the manager that holds the plugins.
    """

    manager: pluggy.PluginManager

    def __contains__(self, name: object) -> bool:
        """Return whether a type is named."""
        return any(f"{quote}{name}{quote}" in self._source for quote in "\"'")

    @cached_property
    def _source(self) -> str:
        files = {file: None for folder in self._places() for file in _sources(folder)}
        return "\n".join(file.read_text(errors="replace") for file in files)

    def _places(self) -> Iterator[Path]:
        for hook in LAYER_HOOKS:
            for each in implementations(self.manager, hook):
                yield Path(each.function.__code__.co_filename)


def names_type(implementation: pluggy.HookImpl, name: str) -> bool:
    """Return whether a type stands, as a quoted word, in the source of a hook's plugin."""
    files = _sources(Path(implementation.function.__code__.co_filename))
    text = "\n".join(file.read_text(errors="replace") for file in files)
    return any(f"{quote}{name}{quote}" in text for quote in "\"'")


def _sources(file: Path) -> list[Path]:
    """Return the Python files of the package that a file is in, or that file."""
    if not (file.parent / "__init__.py").exists():
        return [file] if file.exists() else []
    return sorted(file.parent.rglob("*.py"))
