"""Collects the options that plugins add to `owltf run`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click
import pluggy

from owltf.errors import OwltfError
from owltf.registry.hook_errors import remedy
from owltf.registry.implementations import results_by_plugin

COMMAND = "owltf run"


def run_options(
    manager: pluggy.PluginManager, built_in: Iterable[click.Parameter] = ()
) -> dict[str, Sequence[click.Option]]:
    """Return the options that each plugin adds to `owltf run`, by the plugin's name.

    Args:
        manager: the plugins.
        built_in: the parameters that the command has by itself.

    Raises:
        OwltfError: if an option exists already, or a plugin returns something else.
    """
    owners: dict[str, str | None] = {word: None for each in built_in for word in _words(each)}
    found: dict[str, Sequence[click.Option]] = {}
    for plugin, options in results_by_plugin(manager, "owltf_run_options"):
        found[plugin] = tuple(options)
        for option in found[plugin]:
            _check_type(plugin, option)
            for word in _words(option):
                _check_free(word, plugin, owners)
            owners.update(dict.fromkeys(_words(option), plugin))
    return found


def default_values(manager: pluggy.PluginManager) -> Mapping[str, Any]:
    """Return the default values of the options that plugins add, by name.

    Args:
        manager: the plugins.

    Raises:
        OwltfError: if an option has no default, or as in `run_options`.
    """
    options = [option for each in run_options(manager).values() for option in each]
    try:
        return click.Command(COMMAND, params=list(options)).make_context(COMMAND, []).params
    except click.UsageError as error:
        raise OwltfError(error.format_message()) from error


def _words(option: click.Parameter) -> Iterator[str]:
    """Yield the spellings of an option, and the name of its value."""
    yield from (*option.opts, *option.secondary_opts)
    yield str(option.name)


def _check_type(plugin: str, option: Any) -> None:
    if not isinstance(option, click.Option):
        raise OwltfError(
            f"plugin '{plugin}': owltf_run_options must return click.Option objects, got "
            f"{option!r}; {remedy(plugin)}"
        )


def _check_free(word: str, plugin: str, owners: Mapping[str, str | None]) -> None:
    owner = owners.get(word, plugin)
    # Several options of one plugin may set one value, as --fast and --slow set a speed.
    if owner == plugin:
        return
    if owner is None:
        raise OwltfError(
            f"plugin '{plugin}' adds {word} to {COMMAND}, which has it already; {remedy(plugin)}"
        )
    raise OwltfError(
        f"two plugins add {word} to {COMMAND}: {owner} and {plugin}; disable one of them with "
        f"--disable-plugin"
    )
