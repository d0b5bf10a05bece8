"""Tests of the option that gives a net's inputs other shapes."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from owltf.options.input_shapes import input_shape_option


@click.command()
@input_shape_option
def command(**flags: Any) -> dict[str, Any]:
    return flags


def taken(*words: str) -> Any:
    result = CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    return result.return_value


def test_shapes_by_blob() -> None:
    words = ["--input-shape", "data:1,3,227,227", "--input-shape", "im:info:1,3"]
    assert taken(*words) == {"input_shapes": {"data": (1, 3, 227, 227), "im:info": (1, 3)}}
    assert taken() == {"input_shapes": {}}


@pytest.mark.parametrize("value", ["data", "data:", ":1,2", "data:1,x", "data:1,0", "data=1,2"])
def test_anything_else_is_refused(value: str) -> None:
    result = CliRunner().invoke(command, ["--input-shape", value])
    assert result.exit_code == 2
    assert f"'{value}' is not a blob and its shape, such as data:1,3,227,227" in result.output
