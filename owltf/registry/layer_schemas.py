"""Finds the schema files of the plugin that brings a layer type, without importing layers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pluggy

from owltf.registry.implementations import results_by_plugin
from owltf.registry.named_types import plugins_naming


@dataclass(frozen=True)
class LayerSchemas:
    """The schema files of each layer type's plugin.

    Attributes:
        manager: the manager that holds the plugins.
    """

    manager: pluggy.PluginManager

    def __call__(self, layer_type: str) -> tuple[tuple[Path, ...], ...]:
        """Return the files by which a layer of a type can be read, none without such.

        They are all files of each plugin that names the type, and each of its files alone, as a
        plugin may have a file for each of several forks.
        """
        bring = set(plugins_naming(self.manager, layer_type))
        found = results_by_plugin(self.manager, "owltf_schema")
        whole = [tuple(paths) for plugin, paths in found if plugin in bring]
        return tuple(dict.fromkeys([*whole, *((path,) for paths in whole for path in paths)]))
