"""The file of a net or of a solver is opened once, whichever it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from owltf.caffe import file_kind
from owltf.caffe.file_kind import NET, SOLVER
from owltf.caffe.net import net_file, read
from owltf.caffe.net.net_file import NetFile, open_net_file
from owltf.caffe.net.read import net_from_text
from owltf.caffe.prototxt.source import SolverSource

LAYERS = """
layer { name: "train" type: "Input" top: "x" include { phase: TRAIN } }
layer { name: "test" type: "Input" top: "x" include { phase: TEST stage: "late" } }
layer { name: "early" type: "Input" top: "x" include { phase: TEST not_stage: "late" } }
"""
SOLVER_TEXT = """
net: "net.prototxt" base_lr: 1 test_iter: 2 test_iter: 3 test_interval: 5
test_state { stage: "late" } test_state { }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.prototxt").write_text(LAYERS)
    (tmp_path / "solver.prototxt").write_text(SOLVER_TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(file: NetFile, phase: str, test_net: int = 0) -> list[str]:
    return [layer.name for layer in file.source(phase, test_net).parameter.layer]


def test_a_nets_file(folder, schema):
    file = open_net_file("net.prototxt", schema)
    assert (file.solver, file.test_iter, file.tests) == (None, (), ())
    assert (names(file, "TRAIN"), names(file, "TEST")) == (["train"], ["early"])


def test_a_solvers_file(folder, schema):
    file = open_net_file(folder / "solver.prototxt", schema)
    assert file.solver is file.read
    assert file.test_iter == (2, 3)
    assert names(file, "TRAIN") == ["train"]
    assert [names(file, "TEST", index) for index in (0, 1)] == [["test"], ["early"]]


def test_test_nets_that_are_not_there(folder, schema, refusal):
    file = open_net_file("solver.prototxt", schema)
    for index in (2, -1):
        told = refusal(file.source, "TEST", index)
        assert told == f"solver.prototxt: no test net {index}; there are 2, from 0"
    (folder / "untested.prototxt").write_text('net: "net.prototxt" base_lr: 1')
    untested = open_net_file("untested.prototxt", schema)
    assert refusal(untested.source, "TEST") == (
        "untested.prototxt: the solver has no test net (no test_iter)"
    )


def test_the_kind_is_looked_for_once(folder, schema, monkeypatch):
    asked: list[Path] = []

    def counted(path: Path) -> str:
        asked.append(path)
        return kind_of(path)

    kind_of = file_kind.file_kind
    for module in (file_kind, net_file, read):
        monkeypatch.setattr(module, "file_kind", counted)
    open_net_file("solver.prototxt", schema)
    assert asked == [Path("solver.prototxt")]


@pytest.mark.parametrize(
    ("file", "wanted", "reason"),
    [
        ("net.prototxt", SOLVER, "a net's prototxt, where a solver's prototxt is needed"),
        ("solver.prototxt", NET, "a solver's prototxt, where a net's prototxt is needed"),
        (".", None, "a folder, where a net's prototxt is needed"),
        ("none.prototxt", None, "not found; tried "),
    ],
)
def test_the_wrong_file_is_told(folder, schema, refusal, file, wanted, reason):
    told = refusal(open_net_file, file, schema, wanted=wanted)
    assert told.startswith(f"{file}: {reason}")


def test_unknown_fields_of_the_file_and_of_its_nets(folder, schema, refusal):
    (folder / "solver.prototxt").write_text(SOLVER_TEXT + "warm_up: 1")
    (folder / "net.prototxt").write_text(LAYERS + "fork: 1")
    assert "has no field 'warm_up'" in refusal(open_net_file, "solver.prototxt", schema)
    file = open_net_file("solver.prototxt", schema, ignore_unknown_fields=True)
    assert [each.split(": ")[1] for each in file.ignored] == ["warm_up"]
    assert [each.split(": ")[1] for each in file.source("TEST").ignored] == ["fork"]
    assert [each.split(": ")[1] for each in file.source("TRAIN").ignored] == ["fork"]


def test_nets_and_solvers_need_no_file(schema):
    file = NetFile(net_from_text(LAYERS, schema), schema)
    assert (file.file, names(file, "TRAIN")) == ("<text>", ["train"])
    parameter: Any = schema.message("SolverParameter")()
    parameter.net_param.layer.add(name="only", type="Input", top=["x"])
    assert names(NetFile(SolverSource(parameter, None), schema), "TRAIN") == ["only"]
