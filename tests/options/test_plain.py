"""The option for lines, and what tells people of a command's work."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from owltf.options.plain import choose_report, plain_option


def chosen(plain: bool) -> Any:
    return choose_report(plain, lambda write: ("lines", write), lambda console: (console, None))


def test_the_option_is_a_flag() -> None:
    command = click.command()(plain_option(lambda plain: click.echo(plain)))
    assert CliRunner().invoke(command, ["--plain"]).stdout == "True\n"
    assert CliRunner().invoke(command, []).stdout == "False\n"


def test_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    kind, write = chosen(False)
    write("a line")
    assert (kind, capsys.readouterr().out) == ("lines", "a line\n")


def test_more_in_a_terminal_unless_lines_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Console, "is_terminal", property(lambda console: True))
    assert isinstance(chosen(False)[0], Console)
    assert chosen(True)[0] == "lines"
