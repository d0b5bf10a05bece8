"""Errors of plugins' hooks: each becomes one line that names the plugin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import pluggy

from owltf.errors import FieldError, OwltfError

# What comes with owltf: its own mistakes keep their traceback.
BUILT_IN = "owltf."
# What it raises is for a test to show, an AssertionError above all.
_CHECK = "owltf_check_layer"


class HookError(OwltfError):
    """A plugin's hook raised an error."""


@contextmanager
def one_line(plugin: str, hook: str) -> Iterator[None]:
    """Raise as a HookError what a plugin's hook raises.

    Args:
        plugin: the plugin's name.
        hook: the hook's name.
    """
    try:
        yield
    except Exception as error:
        raise hook_error(plugin, hook, error) from error


def hook_error(plugin: str, hook: str, error: Exception) -> Exception:
    """Return the HookError for an exception, or the exception if its traceback is to be seen.

    That of a built-in plugin is, and that of a check of layers. An OwltfError keeps its words, and
    a FieldError its field.

    Args:
        plugin: the plugin's name.
        hook: the name of the hook that raised it.
        error: the exception.
    """
    if isinstance(error, HookError) or plugin.startswith(BUILT_IN) or hook == _CHECK:
        return error
    if isinstance(error, FieldError):
        return error
    if isinstance(error, OwltfError):
        return HookError(str(error))
    return HookError(f"plugin '{plugin}' fails in {hook}: {in_words(error)}; {remedy(plugin)}")


def in_words(error: BaseException) -> str:
    """Return an exception's type and message as one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def remedy(plugin: str) -> str:
    """Return what a user can do about a broken plugin."""
    if plugin.startswith(BUILT_IN):
        return "repair it"
    return f"repair it, or leave it out with --disable-plugin {plugin}"


def name_the_plugin(
    outcome: pluggy.Result[Any],
    hook_name: str,
    hook_impls: Sequence[pluggy.HookImpl],
    kwargs: Mapping[str, Any],
) -> None:
    """Turn an exception that a hook call raised into a HookError; for pluggy's monitoring."""
    error = outcome.exception
    if not isinstance(error, Exception) or isinstance(error, pluggy.PluginValidationError):
        return
    plugin = _raised_by(error.__traceback__, hook_impls)
    if plugin is None:
        return
    named = hook_error(plugin, hook_name, error)
    if named is not error:
        named.__cause__ = error
        outcome.force_exception(named)


def _raised_by(
    traceback: TracebackType | None, hook_impls: Sequence[pluggy.HookImpl]
) -> str | None:
    """Return the plugin whose function the traceback goes through first."""
    by_code = {getattr(each.function, "__code__", None): each.plugin_name for each in hook_impls}
    while traceback is not None:
        if traceback.tb_frame.f_code in by_code:
            return by_code[traceback.tb_frame.f_code]
        traceback = traceback.tb_next
    return None
