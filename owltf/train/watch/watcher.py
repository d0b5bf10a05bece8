"""RunWatcher: what watches one run, and the options of `owltf run` that ask for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from owltf.files.regular_file import refuse_dash
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


def file_option(name: str, help_text: str) -> click.Option:
    """Return an option that takes the name of a file to write, which is checked before the run.

    Args:
        name: the option, as `--log-csv`.
        help_text: what it does.
    """
    import click

    return click.Option([name], metavar="FILE", callback=_checked, help=help_text)


def _checked(context: click.Context, option: click.Parameter, value: Any) -> Any:
    if value:
        refuse_dash(Path(value))
    return value
