"""Finds the schema files of the plugin that brings a layer type, without importing layers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pluggy

from owltf.registry.implementations import implementations, results_by_plugin
from owltf.registry.named_types import LAYER_HOOKS, names_type


@dataclass(frozen=True)
class LayerSchemas:
    """The schema files of each layer type's plugin.

    Attributes:
        manager: the manager that holds the plugins.
    """

    manager: pluggy.PluginManager

    def __call__(self, layer_type: str) -> tuple[Path, ...]:
        """Return the schema files of the plugins that name a layer type, none without such."""
        bring = {
            each.plugin_name
            for hook in LAYER_HOOKS
            for each in implementations(self.manager, hook)
            if names_type(each, layer_type)
        }
        found = results_by_plugin(self.manager, "owltf_schema")
        return tuple(path for plugin, paths in found if plugin in bring for path in paths)
