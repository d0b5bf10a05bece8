"""Which nets a solver trains and tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.net.read import read_solver
from owltf.caffe.net.solver_nets import test_nets_of as nets_to_test, train_net_of
from owltf.caffe.prototxt.source import SolverSource
from owltf.caffe.schema.schema import Schema

NET = """name: "file"
layer { name: "data" include { phase: TRAIN } }
layer { name: "test" include { phase: TEST } }
layer { name: "deploy" include { stage: "deploy" } }
layer { name: "high" include { min_level: 2 } }
"""


@pytest.fixture
def solver(schema: Schema, tmp_path: Path) -> Callable[[str], SolverSource]:
    (tmp_path / "net.prototxt").write_text(NET)

    def written(text: str) -> SolverSource:
        path = tmp_path / "solver.prototxt"
        path.write_text(text)
        return read_solver(path, schema)

    return written


Solver = Callable[[str], SolverSource]


def _names(source: object) -> list[str]:
    return [layer.name for layer in source.parameter.layer]


@pytest.mark.parametrize("field", ["net", "train_net"])
def test_net_from_a_file(schema: Schema, solver: Solver, tmp_path: Path, field: str) -> None:
    source = train_net_of(solver(f'{field}: "net.prototxt"'), schema)
    assert (_names(source), source.where(0)) == (["data"], f"{tmp_path}/net.prototxt:2")


@pytest.mark.parametrize("field", ["net_param", "train_net_param"])
def test_net_inside_the_solver(schema: Schema, solver: Solver, tmp_path: Path, field: str) -> None:
    source = train_net_of(solver(f"{field} {{ {NET} }}"), schema)
    assert (_names(source), source.where(0)) == (["data"], f"{tmp_path}/solver.prototxt:2")


def test_net_inside_the_solver_is_upgraded(schema: Schema, solver: Solver) -> None:
    source = train_net_of(solver("net_param { layers { name: 'a' type: RELU } }"), schema)
    assert source.parameter.layer[0].type == "ReLU"


@pytest.mark.parametrize(
    ("text", "got"),
    [("base_lr: 1", "none"), ('net: "a" train_net: "b"', "net, train_net")],
)
def test_one_train_net(
    schema: Schema, solver: Solver, refusal: Callable[..., str], text: str, got: str
) -> None:
    assert refusal(train_net_of, solver(text), schema).endswith(
        f"one of net, net_param, train_net, train_net_param must name the net to train; got {got}"
    )


def test_the_solvers_state_wins_over_the_nets_own(schema: Schema, solver: Solver) -> None:
    net = f"net_param {{ state {{ level: 1 stage: 'deploy' }} {NET} }}"
    assert _names(train_net_of(solver(net), schema)) == ["data", "deploy"]
    state = "train_state { level: 2 phase: TEST }"
    source = train_net_of(solver(f"{net} {state}"), schema)
    assert _names(source) == ["test", "deploy", "high"]
    assert source.parameter.state.level == 2


def test_the_generic_net_is_tested_as_often_as_test_iter_says(
    schema: Schema, solver: Solver
) -> None:
    text = """net: "net.prototxt" test_iter: [1, 2, 3, 4] test_interval: 5
    test_net: "net.prototxt" test_net_param { name: "inside" layer { name: "x" } }"""
    tests = nets_to_test(solver(text), schema)
    assert [test.parameter.name for test in tests] == ["inside", "file", "file", "file"]
    assert [_names(test) for test in tests] == [["x"], ["test"], ["test"], ["test"]]


def test_each_test_net_has_its_state(schema: Schema, solver: Solver) -> None:
    text = """net: "net.prototxt" test_iter: [1, 2] test_interval: 5
    test_state { } test_state { stage: "deploy" }"""
    tests = nets_to_test(solver(text), schema)
    assert [_names(test) for test in tests] == [["test"], ["test", "deploy"]]


def test_lines_of_several_nets_inside_the_solver(schema: Schema, solver: Solver) -> None:
    text = """train_net: "net.prototxt" test_iter: [1, 2] test_interval: 5
    test_net_param { layer { name: "x" } }
    test_net_param { layer { name: "y" } }"""
    tests = nets_to_test(solver(text), schema)
    assert [(_names(test), test.lines) for test in tests] == [(["x"], (2,)), (["y"], (3,))]


def test_no_tests(schema: Schema, solver: Solver) -> None:
    assert nets_to_test(solver('net: "net.prototxt"'), schema) == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('net: "a" net_param { }', "net and net_param are both given; keep one"),
        ('net: "a" test_net: "b" test_interval: 1', "got 0 test_iter for 1 test nets"),
        ('train_net: "a" test_iter: 1 test_interval: 1', "got 1 test_iter for 0 test nets"),
        (
            'net: "a" test_iter: 1 test_interval: 1 test_state { } test_state { }',
            "test_state must be given once for each test net or not at all; got 2 for 1 test nets",
        ),
        (
            'net: "a" test_interval: 1 test_iter: [2, 0]',
            "test_iter must be at least 1; got 2, 0",
        ),
        (
            'net: "a" test_iter: 1',
            "test_interval must be above 0 where test_iter is given; got 0",
        ),
    ],
)
def test_counts_that_do_not_fit(
    schema: Schema, solver: Solver, refusal: Callable[..., str], text: str, error: str
) -> None:
    assert refusal(nets_to_test, solver(text), schema).endswith(error)


def test_missing_net(schema: Schema, solver: Solver, refusal: Callable[..., str]) -> None:
    message = refusal(train_net_of, solver('base_lr: 1\nnet: "none.prototxt"'), schema)
    assert "solver.prototxt:2: net none.prototxt: not found; tried /" in message


def test_unknown_fields_of_the_net(
    schema: Schema, solver: Solver, tmp_path: Path, refusal: Callable[..., str]
) -> None:
    (tmp_path / "net.prototxt").write_text("fork: 1")
    text = solver('net: "net.prototxt"')
    assert "NetParameter has no field 'fork'" in refusal(train_net_of, text, schema)
    assert train_net_of(text, schema, ignore_unknown_fields=True).ignored


def test_solvers_of_the_oracle(schema: Schema, oracle: Path) -> None:
    for path in (oracle / "solvers").glob("*/solver.prototxt"):
        solver = read_solver(path, schema)
        assert train_net_of(solver, schema).parameter.state.phase == 0
        assert [test.parameter.state.phase for test in nets_to_test(solver, schema)] == [1]
