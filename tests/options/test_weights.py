"""The options that say which weights a command's net gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from owltf.errors import OwltfError
from owltf.options.weights import weights_of, weights_options


def taken(*words: str) -> dict[str, Any]:
    @click.command()
    @weights_options
    def command(**flags: Any) -> dict[str, Any]:
        found = weights_of(flags)
        assert not flags
        return found

    return (
        CliRunner()
        .invoke(command, words, standalone_mode=False, catch_exceptions=False)
        .return_value
    )


def test_weights_are_files_joined_by_commas() -> None:
    assert taken("--weights", "a,b", "--reinit-mismatched") == {
        "weights": [Path("a"), Path("b")],
        "snapshot": None,
        "reinit_mismatched": True,
        "allow_missing": False,
        "ignore_unknown_fields": False,
        "allow_python_layers": False,
        "skip_bad_records": False,
        "needs_weights": False,
        "max_image_pixels": None,
    }


def test_python_layers_may_be_allowed() -> None:
    assert taken("--weights", "a", "--allow-python-layers")["allow_python_layers"]


def test_a_snapshot_may_be_0() -> None:
    assert taken("--snapshot", "0")["snapshot"] == 0


def test_a_net_may_have_no_weights_or_keep_its_fillers() -> None:
    assert taken()["needs_weights"]
    assert not taken("--random-weights")["needs_weights"]


@pytest.mark.parametrize("last", [("--snapshot", "1"), ("--random-weights",)])
def test_one_of_them_alone(last: tuple[str, ...]) -> None:
    words = ("--weights", "a", *last)
    with pytest.raises(OwltfError, match="give --weights FILE or, with a solver, --snapshot N"):
        taken(*words)


def test_no_file_is_a_usage_error() -> None:
    with pytest.raises(click.BadParameter, match="it names no file"):
        taken("--weights", ",")
