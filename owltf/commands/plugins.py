"""owltf plugins: which plugins there are, and what each adds."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from types import ModuleType
from typing import Any

import click
import pluggy

from owltf import __version__
from owltf.commands.table import print_table
from owltf.registry.markers import PROJECT
from owltf.signals.stoppable import StoppableCommand


@click.command(cls=StoppableCommand)
@click.pass_context
def plugins(context: click.Context) -> None:
    """List the plugins: name, version, module, and what each adds."""
    from owltf.runtime.start_tensorflow import start_tensorflow

    start_tensorflow()
    print_table(("plugin", "version", "module", "adds"), list(_rows(context.obj.manager)))


def _rows(manager: Any) -> Iterator[tuple[str, str, str, list[str]]]:
    owners = {entry.name: dist for dist in distributions() for entry in _entries(dist)}
    for name, module in manager.list_name_plugin():
        if isinstance(module, ModuleType):
            version = owners[name].version if name in owners else __version__
            yield name, version, module.__name__, list(_adds(manager, name))


def _entries(distribution: Distribution) -> Any:
    return distribution.entry_points.select(group=PROJECT)


def _adds(manager: Any, name: str) -> Iterator[str]:
    for hook in sorted(vars(manager.hook)):
        for implementation in _implementations(manager, hook, name):
            yield f"{_WORDS.get(hook, hook)}{_listed(_found(hook, implementation))}"


def _implementations(manager: Any, hook: str, name: str) -> list[Any]:
    known = getattr(manager.hook, hook).get_hookimpls()
    return [each for each in known if each.plugin_name == name]


_WORDS = {
    "owltf_add_command": "commands",
    "owltf_add_hooks": "hooks",
    "owltf_check_layer": "a check of layers",
    "owltf_classes": "classes",
    "owltf_data_layers": "data layers",
    "owltf_engines": "engines",
    "owltf_fillers": "fillers",
    "owltf_layer_converters": "layers",
    "owltf_learning_rates": "learning-rate policies",
    "owltf_run_options": "options of owltf run",
    "owltf_schema": "message formats",
    "owltf_solvers": "solvers",
}
_BY_TYPE = ("owltf_data_layers", "owltf_layer_converters", "owltf_solvers")
_BY_NAME = ("owltf_classes", "owltf_engines", "owltf_fillers", "owltf_learning_rates")


def _found(hook: str, implementation: Any) -> list[str]:
    """Return the names of what an implementation of a gathering hook brings."""
    if hook == "owltf_add_command":
        group = click.Group()
        implementation.function(commands=group)
        return list(group.commands)
    if hook == "owltf_add_hooks":
        manager = pluggy.PluginManager(PROJECT)
        implementation.function(manager=manager)
        return list(vars(manager.hook))
    if hook == "owltf_run_options":
        return [max(option.opts, key=len) for option in implementation.function()]
    if hook in _BY_TYPE:
        return [each.caffe_type for each in implementation.function()]
    if hook in _BY_NAME:
        return list(implementation.function())
    if hook == "owltf_schema":
        return [path.name for path in implementation.function()]
    return []


def _listed(names: list[str]) -> str:
    return f": {', '.join(sorted(names))}" if names else ""
