"""What a command line says about a test."""

from __future__ import annotations

from dataclasses import fields

from owltf_tester.command import test as command
from owltf_tester.options import TestOptions


def test_a_field_is_what_the_command_has_where_nothing_is_given() -> None:
    with command.make_context("test", ["net.prototxt"]) as context:
        flags = context.params
    options = TestOptions()
    assert {each.name: getattr(options, each.name) for each in fields(options)} == {
        each.name: flags[each.name] for each in fields(options)
    }
