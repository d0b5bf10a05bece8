"""What watches a run on request: logs, TensorBoard, when to stop, which snapshots to keep.

Each is a class in a file of its own, found by itself, whose objects have hooks of a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from owltf.registry.markers import hookimpl

if TYPE_CHECKING:
    import click

    from owltf.plugin.events import Setup


def _watchers() -> list[Any]:
    from owltf.registry.discover import classes_in
    from owltf.train.watch.watcher import RunWatcher

    return classes_in(__name__, RunWatcher)


@hookimpl
def owltf_run_options() -> list[click.Option]:
    """Return the options by which each is asked for."""
    return [option for each in _watchers() for option in each.run_options()]


@hookimpl
def owltf_run_plugins(setup: Setup) -> Iterator[object]:
    """Yield those that are asked for."""
    for each in _watchers():
        watcher = each.of(setup)
        if watcher is not None:
            yield watcher
