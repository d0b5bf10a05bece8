"""The options that say how nets are read and built."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click
from click.testing import CliRunner

from owltf.caffe.net.given_state import GivenState, given_state
from owltf.convert.context import NetContext
from owltf.options.net import CONTEXT_FLAGS, NET_FLAGS, net_options, state_words


@click.command()
@net_options
def command(**flags: Any) -> dict[str, Any]:
    return flags


def taken(*words: str) -> Any:
    return CliRunner().invoke(command, words, standalone_mode=False).return_value


def test_each_is_off_unless_given() -> None:
    assert taken() == {**dict.fromkeys(NET_FLAGS, False), "max_image_pixels": None}
    assert taken("--ignore-unknown-fields") == {**taken(), "ignore_unknown_fields": True}


def test_each_is_a_field_of_a_nets_context_but_for_that_of_the_file() -> None:
    assert {*NET_FLAGS} - {*CONTEXT_FLAGS} == {"ignore_unknown_fields"}
    assert {*CONTEXT_FLAGS} <= {field.name for field in fields(NetContext)}


def test_a_level_and_stages_count_while_the_command_runs() -> None:
    seen: list[object] = []

    @click.command()
    @net_options
    @click.pass_context
    def look(context: click.Context, **flags: object) -> None:
        seen.extend([given_state(), state_words(context)])

    words = ["--level", "3", "--stage", "a,b", "--stage", "c"]
    CliRunner().invoke(look, words, standalone_mode=False)
    again = ["--level", "3", "--stage", "a", "--stage", "b", "--stage", "c"]
    assert seen == [GivenState(3, ("a", "b", "c")), again]
    assert given_state() == GivenState()
