"""Makes the plugin manager: built-in plugins first, then the installed ones."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

import pluggy

from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.plugin import hookspecs
from owltf.registry.markers import PROJECT

BUILT_INS = ("owltf.commands", "owltf.data", "owltf.fillers", "owltf.layers", "owltf.solvers")
# Tests, and people whose installation holds a broken plugin, choose the installed plugins by name:
# "none", or some joined by commas.
SWITCH = "OWLTF_PLUGINS"


def make_manager(disabled: Iterable[str] = ()) -> pluggy.PluginManager:
    """Return a manager which knows the built-in plugins and the installed ones.

    Args:
        disabled: names of plugins to leave out, as `owltf plugins` lists them.

    Raises:
        OwltfError: if a name to leave out is unknown, two plugins have one name, or a plugin does
            not load or misspells a hook.
    """
    disabled = set(disabled)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    installed = _installed()
    _check_known(disabled, {*BUILT_INS, *installed})
    for name in disabled:
        manager.set_blocked(name)
    for name in BUILT_INS:
        manager.register(import_module(name), name)
    for name, entry in installed.items():
        _register(manager, name, entry)
    _check_hooks(manager)
    return manager


def _installed() -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in filter(_is_chosen, entry_points(group=PROJECT)):
        other = found.setdefault(entry.name, entry)
        # One package installed twice, as by an editable install, is one plugin.
        if other.value != entry.value:
            raise OwltfError(
                f"two plugins are named '{entry.name}': {other.value} and {entry.value}; "
                "uninstall one of them"
            )
    return found


def _is_chosen(entry: EntryPoint) -> bool:
    chosen = os.environ.get(SWITCH)
    return chosen is None or entry.name in chosen.split(",")


def _check_known(disabled: set[str], known: set[str]) -> None:
    for name in sorted(disabled - known):
        raise OwltfError(f"no plugin is named '{name}': {did_you_mean(name, known)}")


def _register(manager: pluggy.PluginManager, name: str, entry: EntryPoint) -> None:
    if manager.is_blocked(name):
        return
    try:
        manager.register(entry.load(), name)
    except Exception as error:
        raise OwltfError(
            f"plugin '{name}' ({entry.value}) does not load: {_told(error)}; "
            f"repair it, or leave it out with --disable-plugin {name}"
        ) from error


def _told(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _check_hooks(manager: pluggy.PluginManager) -> None:
    hooks = vars(manager.hook)
    known = [name for name, hook in hooks.items() if hook.has_spec()]
    for name in hooks.keys() - known:
        mandatory = (each for each in hooks[name].get_hookimpls() if not each.optionalhook)
        for plugin in (each.plugin_name for each in mandatory):
            raise OwltfError(
                f"plugin '{plugin}' has a hook that owltf does not have, {name}: "
                f"{did_you_mean(name, known)}; repair it, or leave it out with "
                f"--disable-plugin {plugin}"
            )
