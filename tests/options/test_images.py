"""The options that say how image files become a net's input."""

from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from owltf.options.images import image_file_options, image_settings


def taken(*words: str) -> dict[str, Any]:
    @click.command()
    @image_file_options
    def command(**flags: Any) -> dict[str, Any]:
        found = image_settings(flags)
        assert not flags
        return found

    return (
        CliRunner()
        .invoke(command, words, standalone_mode=False, catch_exceptions=False)
        .return_value
    )


def test_nothing_is_given() -> None:
    assert taken() == {
        "resize": None,
        "mean": None,
        "scale": None,
        "channel_order": "bgr",
        "ignore_orientation": False,
    }


def test_everything_is_given() -> None:
    words = ["--resize", "256", "--mean", "1,2,3", "--scale", "0.5", "--channel-order", "rgb"]
    words += ["--ignore-orientation"]
    assert taken(*words) == {
        "resize": (256, 256),
        "mean": "1,2,3",
        "scale": 0.5,
        "channel_order": "rgb",
        "ignore_orientation": True,
    }
    for size in ("240x320", "240,320"):
        assert taken("--resize", size)["resize"] == (240, 320)


@pytest.mark.parametrize("value", ["a", "1,2,3", "0", "-1,2", ""])
def test_a_size_is_one_or_two_numbers(value: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a side, or a height and a width"):
        taken("--resize", value)
