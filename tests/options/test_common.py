"""Tests of options that several commands have in common."""

from __future__ import annotations

from typing import Any

import click
from click.testing import CliRunner

from owltf.options.common import take, with_options

OPTIONS = (click.option("--first", default="a"), click.option("--second", default="b"))


def test_options_are_listed_in_their_order_and_taken() -> None:
    def function(**flags: Any) -> None:
        taken = take(flags, ["second"])
        click.echo(f"{taken} {flags}")

    command = click.command()(with_options(function, OPTIONS))
    assert [param.name for param in command.params] == ["first", "second"]
    ran = CliRunner().invoke(command, ["--first", "x"])
    assert ran.stdout == "{'second': 'b'} {'first': 'x'}\n"
