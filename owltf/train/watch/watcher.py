"""RunWatcher: what watches one run, and the options of `owltf run` that ask for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from owltf.plugin.events import Setup

if TYPE_CHECKING:
    import click


class RunWatcher(ABC):
    """The base of what watches a run: its hooks are methods marked with `hookimpl`."""

    @classmethod
    @abstractmethod
    def run_options(cls) -> list[click.Option]:
        """Return the options of `owltf run` that ask for it."""

    @classmethod
    @abstractmethod
    def of(cls, setup: Setup) -> RunWatcher | None:
        """Return one for a run, or None if its options do not ask for it.

        Raises:
            OwltfError: if they ask for what the run has not.
        """
