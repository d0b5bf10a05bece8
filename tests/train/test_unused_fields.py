"""What is said of fields that change nothing."""

from __future__ import annotations

import pytest
from solver_case import SOLVER, Case

from owltf.caffe.net.net_file import open_net_file
from owltf.caffe.prototxt.source import SolverSource
from owltf.caffe.schema.schema import load_schema
from owltf.solvers.adam import Adam
from owltf.solvers.learning_rate import Fixed, Step
from owltf.solvers.sgd import SGD
from owltf.train.unused_fields import nothing_left, unused_fields


def source(small: Case, more: str) -> SolverSource:
    small.add("solver.prototxt", SOLVER.strip() + "\n" + more)
    found = open_net_file(small.folder / "solver.prototxt", load_schema()).solver
    assert found
    return found


def test_nothing_is_said_where_all_have_an_effect(small: Case) -> None:
    assert not [*unused_fields(source(small, "gamma: 0.1 stepsize: 5"), SGD, Step)]
    assert not [*unused_fields(source(small, "momentum2: 0.9 delta: 1"), Adam, Fixed)]


def test_nothing_is_said_of_the_devices_where_the_command_line_names_them(small: Case) -> None:
    solver = source(small, "solver_mode: GPU device_id: 1")
    assert not [*unused_fields(solver, SGD, Fixed, devices_given=True)]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("momentum2: 0.9\ndelta: 1", ":4: type SGD does not use momentum2 and delta; no effect"),
        ("\npower: 1 gamma: 0.1", ":5: lr_policy fixed does not use gamma and power; no effect"),
        (
            "solver_mode: GPU device_id: 1",
            ":4: --gpu, --num-gpu and --cpu-replicas choose the devices, not solver_mode and "
            "device_id; no effect",
        ),
        (
            "layer_wise_reduce: false",
            ":4: gradients of several devices are always added up together, whatever says "
            "layer_wise_reduce; no effect",
        ),
    ],
)
def test_each_is_said_once_with_its_line(small: Case, more: str, said: str) -> None:
    (note,) = unused_fields(source(small, more), SGD, Fixed)
    assert note == f"{small.folder / 'solver.prototxt'}{said}"


def test_a_resumed_run_without_an_update_left_says_so(small: Case) -> None:
    solver = source(small, "")
    assert not [*nothing_left(solver, 11)]
    (note,) = nothing_left(solver, 20)
    assert ":2: max_iter is 12, and the snapshot is of iteration 20: no update is left" in note
