"""The tables of all plugins' layers, solvers, fillers and policies, by their names in Caffe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import pluggy

from owltf.errors import OwltfError
from owltf.registry.hook_errors import BUILT_IN
from owltf.registry.implementations import results_by_plugin
from owltf.registry.layer_schemas import LayerSchemas
from owltf.registry.named_types import NamedTypes
from owltf.registry.type_converters import TypeConverters


@dataclass(frozen=True)
class Registry:
    """Gathers converters, data layers, fillers, policies and solvers from all plugins.

    Gathering imports TensorFlow, so each table is made when it is first asked for.

    Attributes:
        manager: the manager that holds the plugins.
    """

    manager: pluggy.PluginManager

    @cached_property
    def schema(self) -> Any:
        """Caffe's message format with the extensions of plugins."""
        from owltf.caffe.schema.schema import load_schema

        paths = [path for paths in self.manager.hook.owltf_schema() for path in paths]
        return load_schema(paths).knowing(
            NamedTypes(self.manager), LayerSchemas(self.manager), self._fork_numbers
        )

    def _fork_numbers(self, layer_type: str) -> Mapping[int, int]:
        found = results_by_plugin(self.manager, "owltf_fork_numbers")
        pairs = (types.get(layer_type, {}).items() for _, types in found)
        return dict(chain.from_iterable(pairs))

    @cached_property
    def converters(self) -> Mapping[str, TypeConverters]:
        """The converters of each Caffe layer type."""
        claims: dict[str, list[tuple[str, Any]]] = {}
        for plugin, classes in results_by_plugin(self.manager, "owltf_layer_converters"):
            for each in classes:
                claims.setdefault(each.caffe_type, []).append((plugin, each()))
        return {name: TypeConverters(name, tuple(claims[name])) for name in sorted(claims)}

    def converter(self, parameter: Any) -> Any | None:
        """Return the converter that takes a layer, None if its type has none.

        Args:
            parameter: the `LayerParameter`.

        Raises:
            ClaimedLayerError: if several plugins convert its type, and its fields do not tell which
                is meant.
        """
        found = self.converters.get(parameter.type)
        return None if found is None else found.of(parameter)

    @cached_property
    def data_layers(self) -> Mapping[str, Any]:
        """A `DataLayer` class for each type of data layer."""
        return self._by_type("owltf_data_layers", "read {} layers")

    @cached_property
    def solvers(self) -> Mapping[str, Any]:
        """A `Solver` class for each update rule."""
        return self._by_type("owltf_solvers", "bring the solver {}")

    @cached_property
    def fillers(self) -> Mapping[str, Callable[..., Any]]:
        """A function for each filler type."""
        return self._gather("owltf_fillers", lambda found: found.items(), "bring the filler {}")

    @cached_property
    def learning_rates(self) -> Mapping[str, Any]:
        """A schedule class for each `lr_policy`."""
        return self._gather(
            "owltf_learning_rates", lambda found: found.items(), "bring the lr_policy {}"
        )

    @cached_property
    def engines(self) -> Mapping[str, Any]:
        """The engines that compute nets in place of TensorFlow, by name."""
        return self._gather("owltf_engines", lambda found: found.items(), "bring the engine {}")

    def solver_checks(self, **values: Any) -> Iterator[Mapping[str, str]]:
        """Yield what each plugin says of a solver; see the hook `owltf_check_solver`."""
        for _, found in results_by_plugin(self.manager, "owltf_check_solver", **values):
            yield found

    @cached_property
    def classes(self) -> Mapping[str, str]:
        """Where each class is that plugins put on `owltf`: "module:Class"."""
        return self._gather(
            "owltf_classes", lambda found: found.items(), "put the class {} on owltf"
        )

    def _by_type(self, hook: str, does: str) -> dict[str, Any]:
        return self._gather(hook, lambda found: ((each.caffe_type, each) for each in found), does)

    def _gather(
        self, hook: str, pairs: Callable[[Any], Iterable[tuple[str, Any]]], does: str
    ) -> dict[str, Any]:
        gathered: dict[str, tuple[str, Any]] = {}
        for plugin, found in results_by_plugin(self.manager, hook):
            for name, member in pairs(found):
                gathered[name] = _winner(gathered.get(name), (plugin, member), does.format(name))
        return {name: member for name, (_, member) in sorted(gathered.items())}


def _winner(known: tuple[str, Any] | None, other: tuple[str, Any], does: str) -> tuple[str, Any]:
    """Return the plugin that is used for a name: an installed one replaces a built-in one."""
    if known is None or known[0] == other[0]:
        return other
    installed = [pair for pair in (known, other) if not pair[0].startswith(BUILT_IN)]
    if len(installed) == 1:
        return installed[0]
    raise OwltfError(
        f"two plugins {does}: {known[0]} and {other[0]}; disable one of them with --disable-plugin"
    )
