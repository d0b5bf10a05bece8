"""Makes the plugin manager: built-in plugins first, then the installed ones."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.plugin import hookspecs
from owltf.registry.hook_errors import in_words, name_the_plugin, remedy
from owltf.registry.implementations import results_by_plugin
from owltf.registry.markers import PROJECT

if TYPE_CHECKING:
    from owltf.plugin.events import Setup

BUILT_INS = (
    "owltf.commands",
    "owltf.data",
    "owltf.fillers",
    "owltf.layers",
    "owltf.solvers",
    "owltf.train.watch",
)
# Tests, and people whose installation holds a broken plugin, choose the installed plugins by name:
# "none", or some joined by commas.
SWITCH = "OWLTF_PLUGINS"


def make_manager(disabled: Iterable[str] = ()) -> pluggy.PluginManager:
    """Return a plugin manager that has the built-in plugins and the installed ones.

    Args:
        disabled: names of plugins to leave out, as `owltf plugins` lists them.

    Raises:
        OwltfError: if a name to leave out is unknown, two plugins have one name, or a plugin does
            not load or misspells a hook.
    """
    disabled = set(disabled)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    # Called for each plugin when it is registered.
    manager.hook.owltf_add_hooks.call_historic(kwargs={"manager": manager})
    installed = _installed()
    _check_known(disabled, {*BUILT_INS, *installed})
    for name in disabled:
        manager.set_blocked(name)
    for name in BUILT_INS:
        manager.register(import_module(name), name)
    for name, entry in installed.items():
        _register(manager, name, entry)
    check_hooks(manager)
    # Only now: an error that a hook raises while plugins load is reported as a failure to load.
    manager.add_hookcall_monitoring(_before, name_the_plugin)
    return manager


@contextmanager
def registered(manager: pluggy.PluginManager, plugin: object, name: str) -> Iterator[None]:
    """Add a plugin to the manager until the context is left.

    Args:
        manager: the plugins.
        plugin: the plugin.
        name: its name.

    Raises:
        OwltfError: if it misspells a hook.
    """
    manager.register(plugin, name)
    try:
        check_hooks(manager)
        yield
    finally:
        manager.unregister(plugin, name)


@contextmanager
def run_plugins(
    manager: pluggy.PluginManager, setup: Setup, more: Iterable[object] = ()
) -> Iterator[None]:
    """Add the plugins of one run to the manager until the context is left.

    Args:
        manager: the plugins, which are asked for those of the run.
        setup: the run.
        more: objects with hooks beside those.

    Raises:
        OwltfError: if one misspells a hook, or cannot be made.
    """
    asked = results_by_plugin(manager, "owltf_run_plugins", setup=setup)
    given = [(owner, each) for owner, objects in asked for each in objects or ()]
    given += [("callbacks", each) for each in more]
    with ExitStack() as stack:
        for number, (owner, each) in enumerate(given):
            name = f"{owner}: {type(each).__name__}"
            name = f"{name} {number}" if manager.has_plugin(name) else name
            stack.enter_context(registered(manager, each, name))
        yield


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
        # A hook that this plugin adds may be one that another misspelt.
        other = manager.get_name(getattr(error, "plugin", None)) or name
        where = f" ({entry.value})" if other == name else ""
        raise OwltfError(
            f"plugin '{other}'{where} does not load: {in_words(error)}; {remedy(other)}"
        ) from error


def check_hooks(manager: pluggy.PluginManager) -> None:
    """Refuse plugins that implement a hook which nobody declares.

    Args:
        manager: the plugins.

    Raises:
        OwltfError: if a plugin misspells a hook.
    """
    hooks = vars(manager.hook)
    known = [name for name, hook in hooks.items() if hook.has_spec()]
    for name in hooks.keys() - known:
        mandatory = (each for each in hooks[name].get_hookimpls() if not each.optionalhook)
        for plugin in (each.plugin_name for each in mandatory):
            raise OwltfError(
                f"plugin '{plugin}' has a hook that owltf does not have, {name}: "
                f"{did_you_mean(name, known)}; {remedy(plugin)}"
            )


def _before(hook_name: str, hook_impls: Sequence[pluggy.HookImpl], kwargs: Any) -> None:
    """Do nothing before a hook is called; pluggy asks for such a function."""
