"""A command to which plugins add options."""

from __future__ import annotations

import shlex
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from plugin_modules import plugin

from owltf.options.plugin_options import CommandWithPluginOptions, PluginOptions
from owltf.plugin.manager import make_manager


@click.command(cls=CommandWithPluginOptions)
@click.argument("file", default="")
@click.option("--own")
@click.pass_context
def command(context: click.Context, /, file: str, **flags: Any) -> None:
    taken = PluginOptions.take(context, flags)
    assert flags.keys() == {"own"}
    click.echo(shlex.join(taken.again))
    click.echo(dict(taken.values))


def run(line: str, *options: click.Option) -> Result:
    manager = make_manager(disabled=["owltf.train.watch"])
    manager.register(plugin(owltf_run_options=lambda: options), "mine")
    registry = SimpleNamespace(manager=manager)
    return CliRunner().invoke(command, shlex.split(line), obj=registry, catch_exceptions=False)


def option(*words: str, **settings: Any) -> click.Option:
    return click.Option(words, **settings)


FAST = option("--fast", "speed", flag_value="fast")
SLOW = option("--slow", "speed", flag_value="slow")


@pytest.mark.parametrize(
    ("options", "line", "again", "values"),
    [
        ([option("-l", "--log")], "", "", {"log": None}),
        ([option("-l", "--log")], "-l 'a b'", "--log 'a b'", {"log": "a b"}),
        ([option("--log", type=int, default=3)], "", "", {"log": 3}),
        ([option("--log", type=int)], "--log -2", "--log -2", {"log": -2}),
        ([option("--log", callback=lambda *given: len(given[-1]))], "--log ab", "--log ab", 2),
        ([option("--log", is_flag=True)], "--log", "--log", {"log": True}),
        ([option("--log/--no-log", default=True)], "--no-log", "--no-log", {"log": False}),
        ([option("--log/--no-log", default=True)], "--log", "--log", {"log": True}),
        ([option("-v", count=True)], "-vv", "-v -v", {"v": 2}),
        ([option("--at", nargs=2, type=int)], "--at 1 2", "--at 1 2", {"at": (1, 2)}),
        ([option("--tag", multiple=True)], "--tag=a --tag b", "--tag a --tag b", ("a", "b")),
        ([FAST, SLOW], "--slow", "--slow", {"speed": "slow"}),
        ([option("--log", is_flag=False, flag_value="x")], "--log", "--log", {"log": "x"}),
        ([option("--log", expose_value=False)], "--log a", "--log a", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_values_are_taken_and_can_be_given_again(
    options: list[click.Option], line: str, again: str, values: Any
) -> None:
    said = run(f"--own x {line}", *options).stdout.splitlines()
    if not isinstance(values, dict):
        values = {options[0].name: values}
    assert said == [again, str(values)]
    assert run(again, *options).stdout.splitlines() == said


def test_help_shows_the_options_of_each_plugin_under_its_name() -> None:
    said = run("--help", option("--log", help="Write a log."), option("--secret", hidden=True))
    own, mine = said.stdout.split("Options of the plugin mine:\n")
    assert own.endswith("Options:\n  --own TEXT\n  --help      Show this message and exit.\n\n")
    assert mine == "  --log TEXT  Write a log.\n"


def test_without_plugins_there_is_no_heading() -> None:
    assert "plugin" not in run("--help").stdout
