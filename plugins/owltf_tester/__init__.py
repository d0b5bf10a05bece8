"""The plugin for `owltf test`, which measures how good a net is on its TEST data."""

from collections.abc import Mapping
from typing import Any

from owltf.api import hookimpl


@hookimpl
def owltf_add_command(commands: Any) -> None:
    """Add the command."""
    from owltf_tester.command import test

    commands.add_command(test)


@hookimpl
def owltf_classes() -> Mapping[str, str]:
    """Add owl.net's class to `owltf`."""
    return {"MultiviewTester": "owltf_tester.multiview_tester:MultiviewTester"}
