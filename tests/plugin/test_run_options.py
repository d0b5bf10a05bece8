"""Options that plugins add to `owltf run`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pluggy
import pytest
from plugin_modules import plugin

from owltf.errors import OwltfError
from owltf.plugin.manager import make_manager
from owltf.plugin.run_options import default_values, run_options


def option(*words: str, **settings: Any) -> click.Option:
    return click.Option(words, **settings)


def manager(**plugins: Sequence[Any]) -> pluggy.PluginManager:
    made = make_manager(disabled=["owltf.train.watch"])
    for name, options in plugins.items():
        made.register(plugin(owltf_run_options=lambda given=options: given), name)
    return made


def test_options_are_gathered_by_plugin() -> None:
    log, every = option("--log"), option("--every")
    assert run_options(manager(mine=[log], other=[every])) == {"mine": (log,), "other": (every,)}


def test_one_plugins_options_may_share_a_value() -> None:
    options = [
        option("--fast", "speed", flag_value="fast", default="slow"),
        option("--slow", "speed", flag_value="slow"),
    ]
    assert len(run_options(manager(mine=options))["mine"]) == 2


@pytest.mark.parametrize(
    ("plugins", "message"),
    [
        (
            {"mine": [option("--log")], "other": [option("--log")]},
            "two plugins add --log to owltf run: mine and other; disable one of them with "
            "--disable-plugin",
        ),
        (
            {"mine": [option("--log")], "other": [option("--log-csv", "log")]},
            "two plugins add log to owltf run: mine and other; disable one of them with "
            "--disable-plugin",
        ),
        (
            {"mine": [option("-p", "--plain")]},
            "plugin 'mine' adds --plain to owltf run, which has it already; "
            "repair it, or leave it out with --disable-plugin mine",
        ),
        (
            {"mine": [option("--a/--plain")]},
            "plugin 'mine' adds --plain to owltf run, which has it already; "
            "repair it, or leave it out with --disable-plugin mine",
        ),
        (
            {"mine": ["--log"]},
            "plugin 'mine': owltf_run_options must return click.Option objects, got '--log'; "
            "repair it, or leave it out with --disable-plugin mine",
        ),
    ],
    ids=["spelling", "name", "built-in", "secondary", "type"],
)
def test_a_clash_is_one_line(plugins: dict[str, Sequence[Any]], message: str) -> None:
    with pytest.raises(OwltfError) as raised:
        run_options(manager(**plugins), [option("--plain", is_flag=True)])
    assert str(raised.value) == message


def test_values_where_there_is_no_command_line() -> None:
    options = [
        option("--log", type=click.Path(path_type=Path), default="log.csv"),
        option("--every", type=int),
        option("--tag", multiple=True),
    ]
    values = default_values(manager(mine=options))
    assert values == {"log": Path("log.csv"), "every": None, "tag": ()}


def test_an_option_that_must_be_given() -> None:
    with pytest.raises(OwltfError, match="Missing option '--log'"):
        default_values(manager(mine=[option("--log", required=True)]))
