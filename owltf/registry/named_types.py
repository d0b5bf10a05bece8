"""Tells whether some plugin has a layer type, without importing layers, which loads TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
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
        return any(True for _ in plugins_naming(self.manager, str(name)))


def plugins_naming(manager: pluggy.PluginManager, layer_type: str) -> Iterator[str]:
    """Yield the plugins in whose source a layer type stands, as a quoted word.

    Args:
        manager: the manager that holds the plugins.
        layer_type: the type.
    """
    for hook in LAYER_HOOKS:
        for each in implementations(manager, hook):
            source = _source(Path(each.function.__code__.co_filename))
            if any(f"{quote}{layer_type}{quote}" in source for quote in "\"'"):
                yield each.plugin_name


# It is asked for each layer of a net.
@lru_cache
def _source(file: Path) -> str:
    """Return the text of all Python files of the package that a file is in."""
    return "\n".join(each.read_text(errors="replace") for each in _sources(file))


def _sources(file: Path) -> list[Path]:
    """Return the Python files of the package that a file is in, or that file."""
    if not (file.parent / "__init__.py").exists():
        return [file] if file.exists() else []
    return sorted(file.parent.rglob("*.py"))
