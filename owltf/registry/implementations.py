"""Calls a hook of one plugin after the other, to know what each returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pluggy

from owltf.registry.hook_errors import one_line


def implementations(manager: pluggy.PluginManager, hook: str) -> Iterator[pluggy.HookImpl]:
    """Yield the implementations of a hook, the plugin that was registered first coming first.

    Args:
        manager: the plugins.
        hook: the hook's name.
    """
    for each in getattr(manager.hook, hook).get_hookimpls():
        if not (each.wrapper or each.hookwrapper):
            yield each


def call(implementation: pluggy.HookImpl, hook: str, /, **values: Any) -> Any:
    """Return what one plugin's implementation of a hook returns.

    Args:
        implementation: the implementation.
        hook: the hook's name.
        values: the hook's arguments.

    Raises:
        HookError: if it raises an exception.
    """
    with one_line(implementation.plugin_name, hook):
        return implementation.function(*(values[name] for name in implementation.argnames))


def results_by_plugin(
    manager: pluggy.PluginManager, hook: str, /, **values: Any
) -> Iterator[tuple[str, Any]]:
    """Yield the name of each plugin that has a hook, and what the hook returns.

    Args:
        manager: the plugins.
        hook: the hook's name.
        values: the hook's arguments.

    Raises:
        HookError: if one raises an exception.
    """
    for each in implementations(manager, hook):
        yield each.plugin_name, call(each, hook, **values)
