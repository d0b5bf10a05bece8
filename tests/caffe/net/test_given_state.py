"""A level and stages from a command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.caffe.net.given_state import GivenState, give_state, given_state
from owltf.caffe.net.net_file import open_net_file
from owltf.caffe.schema.schema import Schema, load_schema

NET = """
layer { name: "always" type: "Input" top: "x" }
layer { name: "high" type: "ReLU" bottom: "x" top: "a" include { min_level: 2 } }
layer { name: "late" type: "ReLU" bottom: "x" top: "b" include { stage: "late" } }
layer { name: "both" type: "ReLU" bottom: "x" top: "c" include { stage: "late" stage: "own" } }
"""
SOLVER = 'net: "net.prototxt" train_state { level: 2 stage: "own" } test_iter: 1 test_interval: 1'


@pytest.fixture
def schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Schema:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)
    Path("solver.prototxt").write_text(SOLVER)
    return load_schema()


def names(file: str, schema: Schema, phase: str = "TRAIN") -> list[str]:
    """Return the layers of a net."""
    return [each.name for each in open_net_file(file, schema).source(phase).parameter.layer]


def test_blocks_add_to_each_other() -> None:
    assert given_state() == GivenState()
    with give_state(3, ["a"]), give_state(stages=["b"]):
        assert given_state() == GivenState(3, ("a", "b"))
    assert given_state() == GivenState()


def test_the_net_of_a_nets_file(schema: Schema) -> None:
    assert names("net.prototxt", schema) == ["always"]
    with give_state(2, ["late"]):
        assert names("net.prototxt", schema) == ["always", "high", "late"]


def test_the_net_that_a_solver_trains(schema: Schema) -> None:
    assert names("solver.prototxt", schema) == ["always", "high"]
    with give_state(0, ["late"]):
        assert names("solver.prototxt", schema) == ["always", "late", "both"]
        assert names("solver.prototxt", schema, "TEST") == ["always"]
