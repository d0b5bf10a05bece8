"""What watches a run is found in its files, by its options."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from watched import setup

from owltf.errors import OwltfError
from owltf.train import watch


def test_all_options_are_there() -> None:
    names = {max(option.opts, key=len) for option in watch.owltf_run_options()}
    assert names == {
        *("--keep", "--keep-best", "--log-csv", "--log-json", "--no-history"),
        *("--stop-when", "--tensorboard"),
    }


def test_only_what_is_asked_for_watches(tmp_path: Path) -> None:
    assert [*watch.owltf_run_plugins(setup(tmp_path / "snap"))] == []
    options = {"stop_when": ("loss < 1",), "keep": 2}
    found = watch.owltf_run_plugins(setup(tmp_path / "snap", options=options))
    assert sorted(type(each).__name__ for each in found) == ["Keep", "StopWhen"]


@pytest.mark.parametrize("name", ["--log-json", "--log-csv"])
def test_a_dash_is_refused_before_the_run(name: str) -> None:
    command = click.Command("run", params=[*watch.owltf_run_options()])
    assert command.make_context("run", [name, "log"]).params
    with pytest.raises(OwltfError, match="^-: cannot be written"):
        command.make_context("run", [name, "-"])
