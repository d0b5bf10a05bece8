"""Tables: folded in a terminal, whole lines elsewhere, and Markdown."""

from __future__ import annotations

import pytest

from owltf.commands.table import print_markdown, print_table

ROWS = [("conv[1]", "no: it takes 1 bottom, got 2"), ("a|b", "yes")]


def test_in_a_pipe_a_row_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("layer", "supported"), [*ROWS, ("long", "x" * 300)])
    assert capsys.readouterr().out.splitlines() == [
        "layer    supported",
        "conv[1]  no: it takes 1 bottom, got 2",
        "a|b      yes",
        f"long     {'x' * 300}",
    ]


def test_a_terminals_width_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FORCE_COLOR": "1", "COLUMNS": "30", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    print_table(("layer", "supported"), ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if "got" in line] == [["bottom,", "got", "2"]]


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    print_markdown(("layer", "supported"), ROWS)
    assert capsys.readouterr().out.splitlines() == [
        "| layer | supported |",
        "| --- | --- |",
        "| conv[1] | no: it takes 1 bottom, got 2 |",
        "| a\\|b | yes |",
    ]


def test_names_of_strangers_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    name = "[/red]\033[2J*x* [a](b) _c_ `d`"
    print_table(("layer",), [(name,)])
    assert r"[/red]\x1b[2J*x* [a](b) _c_ `d`" in capsys.readouterr().out
    print_markdown(("layer",), [(name,)])
    assert r"| [/red]\\x1b[2J\*x\* [a]\(b) \_c\_ \`d\` |" in capsys.readouterr().out
