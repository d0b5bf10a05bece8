"""Plugins for the tests, made without a package."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest

from owltf.plugin import manager
from owltf.registry.markers import hookimpl


def plugin(**hooks: Callable[..., Any]) -> ModuleType:
    """Return a plugin that implements hooks, given by their names."""
    module = ModuleType("some_plugin")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function, specname=name))
    return module


class Installed(EntryPoint):
    """An entry point which loads what it is given, or raises it."""

    _loaded: Any = None

    def load(self) -> Any:
        """Return the module, or raise the error."""
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


def install(monkeypatch: pytest.MonkeyPatch, **plugins: Any) -> None:
    """Let the manager find plugins as if they were installed, each by its name."""
    entries = []
    for name, loaded in plugins.items():
        entry = Installed(name, f"{name}_package", "owltf")
        object.__setattr__(entry, "_loaded", loaded)
        entries.append(entry)
    monkeypatch.delenv(manager.SWITCH, raising=False)
    monkeypatch.setattr(manager, "entry_points", lambda group: entries)
