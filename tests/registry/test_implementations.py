"""Each plugin's result of a hook."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest
from plugin_modules import plugin

from owltf.plugin.manager import make_manager
from owltf.registry.hook_errors import HookError
from owltf.registry.implementations import implementations, results_by_plugin
from owltf.registry.markers import hookimpl


class Wrapper:
    """A plugin around the others, which has no result of its own."""

    @hookimpl(wrapper=True)
    def owltf_watch_every(self) -> Any:
        return (yield)


def manager() -> pluggy.PluginManager:
    made = make_manager()
    made.register(plugin(owltf_watch_every=lambda setup: setup + 1), "one")
    made.register(Wrapper(), "around")
    made.register(plugin(owltf_watch_every=lambda: None), "two")
    return made


def test_results_come_with_their_plugin() -> None:
    assert list(results_by_plugin(manager(), "owltf_watch_every", setup=1)) == [
        ("one", 2),
        ("two", None),
    ]
    names = [each.plugin_name for each in implementations(manager(), "owltf_watch_every")]
    assert names == ["one", "two"]


def test_a_plugin_that_fails_is_named() -> None:
    with pytest.raises(HookError, match="plugin 'one' fails in owltf_watch_every: TypeError"):
        list(results_by_plugin(manager(), "owltf_watch_every", setup="a"))
