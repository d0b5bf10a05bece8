"""The option that chooses what computes a net."""

from __future__ import annotations

import click
from click.testing import CliRunner

from owltf.options.engine import engine_option


def test_the_option_is_auto_unless_given() -> None:
    command = click.command()(engine_option(lambda engine: click.echo(engine)))
    assert CliRunner().invoke(command, []).output == "auto\n"
