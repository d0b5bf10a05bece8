"""Calls the plugins that want to see each iteration, or every N of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pluggy

from owltf.plugin.events import Iterations, Setup
from owltf.registry.hook_errors import HookError, remedy
from owltf.registry.implementations import call, implementations, results_by_plugin

_ASKS, _TOLD = "owltf_watch_every", "owltf_iterations"


class Watchers:
    """Calls each plugin that watches iterations after every N updates, with their losses.

    Args:
        manager: the plugins.
        setup: the run.
        rate: returns the learning rate of an iteration.
        are_told: whether they are called; on several machines, by the chief alone. The intervals
            are the same in all processes, which compute the same iterations in a call.

    Raises:
        HookError: if a plugin's N is not a number of updates.
    """

    def __init__(
        self,
        manager: pluggy.PluginManager,
        setup: Setup,
        rate: Callable[[int], float],
        *,
        are_told: bool = True,
    ) -> None:
        hooks = {each.plugin_name: each for each in implementations(manager, _TOLD)}
        asked = results_by_plugin(manager, _ASKS, setup=setup)
        every = {plugin: _checked(plugin, count) for plugin, count in asked if count is not None}
        self._setup, self._rate, self._are_told = setup, rate, are_told
        self._watchers = [
            _Watcher(hooks[plugin], count) for plugin, count in every.items() if plugin in hooks
        ]
        self._outputs: Mapping[str, Any] = {}

    @property
    def intervals(self) -> Sequence[int]:
        """After how many updates each plugin wants to be called."""
        return [each.every for each in self._watchers]

    def computed(self, iteration: int, losses: Sequence[float], outputs: Mapping[str, Any]) -> None:
        """Record the losses of some iterations, and call the plugins that are due.

        Args:
            iteration: updates made so far.
            losses: the loss of each of the last iterations.
            outputs: the net's outputs in the last one.
        """
        self._outputs = outputs
        for watcher in self._watchers:
            watcher.losses.extend(losses)
            if iteration % watcher.every == 0 or iteration == self._setup.max_iter:
                self._tell(watcher, iteration)

    def tell_the_rest(self, iteration: int) -> None:
        """Call each plugin with the iterations that it has not seen yet.

        Args:
            iteration: updates made so far.
        """
        for watcher in self._watchers:
            if watcher.losses:
                self._tell(watcher, iteration)

    def _tell(self, watcher: _Watcher, iteration: int) -> None:
        losses, watcher.losses = watcher.losses, []
        if not self._are_told:
            return
        rate = self._rate(iteration - 1)
        iterations = Iterations(iteration - len(losses), losses, rate, self._outputs)
        call(watcher.hook, _TOLD, iterations=iterations, setup=self._setup)


class _Watcher:
    """A plugin that watches iterations, and the losses since it was last called."""

    def __init__(self, hook: pluggy.HookImpl, every: int) -> None:
        self.hook, self.every = hook, every
        self.losses: list[float] = []


def _checked(plugin: str, count: Any) -> int:
    if not isinstance(count, int) or count < 1:
        raise HookError(
            f"plugin '{plugin}': {_ASKS} must return a number of updates, at least 1, or None; "
            f"got {count!r}; {remedy(plugin)}"
        )
    return count
