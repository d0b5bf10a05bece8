"""The option that chooses what computes a net."""

from __future__ import annotations

import click
from click.testing import CliRunner

from owltf.options.engine import engine_option


def test_the_engine_is_auto_and_nets_are_folded_unless_told() -> None:
    command = click.command()(engine_option(lambda **given: click.echo(given)))
    assert CliRunner().invoke(command, []).output == "{'engine': 'auto', 'optimize': True}\n"
    given = ["--engine", "tensorflow", "--no-optimize"]
    wanted = "{'engine': 'tensorflow', 'optimize': False}\n"
    assert CliRunner().invoke(command, given).output == wanted
