"""Plugins that are told of iterations while they are computed."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest
from plugin_modules import plugin

from owltf.plugin.events import Iterations, Setup
from owltf.plugin.manager import make_manager
from owltf.registry.hook_errors import HookError
from owltf.train.watchers import Watchers

SETUP = Setup("net", "SGD", ["CPU"], 1, {}, 1, 0, 10, 4, lambda: 0)
Told = list[Iterations]


def manager(**every: Any) -> tuple[pluggy.PluginManager, dict[str, Told]]:
    """Return plugins that ask for every so many updates, and what they will be told."""
    made, told = make_manager(), {name: Told() for name in every}
    for name, count in every.items():
        hooks = {
            "owltf_watch_every": lambda setup, count=count: count,
            "owltf_iterations": lambda iterations, setup, name=name: told[name].append(iterations),
        }
        made.register(plugin(**hooks), name)
    return made, told


def watchers(made: pluggy.PluginManager) -> Watchers:
    return Watchers(made, SETUP, lambda iteration: iteration / 10)


def test_each_is_told_after_as_many_updates_as_it_asked_for() -> None:
    made, told = manager(a=2, b=3, nobody=None)
    watching = watchers(made)
    assert watching.intervals == [2, 3]
    watching.computed(2, [1.0, 2.0], {"loss": 2.0})
    watching.computed(3, [3.0], {"loss": 3.0})
    watching.computed(4, [4.0], {"loss": 4.0})
    assert told["a"] == [
        Iterations(0, [1.0, 2.0], 0.1, {"loss": 2.0}),
        Iterations(2, [3.0, 4.0], pytest.approx(0.3), {"loss": 4.0}),
    ]
    assert told["b"] == [Iterations(0, [1.0, 2.0, 3.0], 0.2, {"loss": 3.0})]
    assert told["nobody"] == []


def test_the_last_iteration_is_always_told() -> None:
    made, told = manager(a=7)
    watchers(made).computed(10, [1.0, 2.0], {})
    assert told["a"] == [Iterations(8, [1.0, 2.0], 0.9, {})]


def test_the_rest_is_told_once() -> None:
    made, told = manager(a=10, b=1)
    watching = watchers(made)
    watching.computed(7, [5.0], {"loss": 5.0})
    for _ in range(2):
        watching.tell_the_rest(7)
    assert told["a"] == told["b"] == [Iterations(6, [5.0], 0.6, {"loss": 5.0})]


def test_nobody_watches_unless_a_plugin_asks() -> None:
    made, _ = manager()
    made.register(plugin(owltf_iterations=lambda iterations: 1 / 0), "only_told")
    made.register(plugin(owltf_watch_every=lambda: 5), "only_asks")
    watching = watchers(made)
    assert watching.intervals == []
    watching.computed(5, [1.0], {})
    watching.tell_the_rest(5)


@pytest.mark.parametrize("count", [0, -1, 2.5, "3"])
def test_what_is_no_number_of_updates(count: Any) -> None:
    made, _ = manager(mine=count)
    with pytest.raises(HookError, match="plugin 'mine': owltf_watch_every must return a number"):
        watchers(made)


def test_a_plugin_that_fails_is_named() -> None:
    made = make_manager()
    hooks = {"owltf_watch_every": lambda: 1, "owltf_iterations": lambda iterations: 1 / 0}
    made.register(plugin(**hooks), "mine")
    with pytest.raises(HookError, match="plugin 'mine' fails in owltf_iterations: ZeroDivision"):
        watchers(made).computed(1, [1.0], {})
