"""What plugins are told of a run before it begins, and of its outputs."""

from __future__ import annotations

import numpy as np
from solver_case import NET, SOLVER, Case

from owltf.train.run_setup import loss_weights, outputs_of, run_setup


def test_a_run_is_described(small: Case) -> None:
    setup = run_setup(small.start(plugin_options={"log": "a"}))
    assert setup.net == "small"
    assert setup.solver == "SGD, lr_policy fixed, base_lr 0.05"
    assert (list(setup.devices), setup.batch) == (["CPU"], 8)
    assert setup.params == 4 * 27 + 4 + 4 * 80 + 4
    assert list(setup.sources) == ["TRAIN data data", "TEST data data"]
    assert (setup.seed, setup.iteration, setup.max_iter) == (7, 0, 12)
    assert setup.options == {"log": "a"}


def test_the_iteration_is_there_at_any_time(small: Case) -> None:
    start = small.start()
    setup = run_setup(start)
    assert setup.current_iteration() == 0
    start.solver.iterations.assign(5)
    assert setup.current_iteration() == 5


def test_outputs_are_named_weighted_and_sorted(small: Case) -> None:
    (net,) = small.start().nets.tests
    values = {"loss": np.float32(0.5), "accuracy": np.float32(0.25)}
    assert list(outputs_of(net, values).items()) == [("accuracy", 0.25), ("loss", 0.5)]
    assert loss_weights(net) == {"loss": 1.0}


def test_data_layers_of_several_test_nets_are_told_apart(small: Case) -> None:
    small.add("other.txt", "train.h5\n")
    small.add("other.prototxt", NET.replace("train.txt", "other.txt"))
    nets = 'train_net: "net.prototxt" test_net: "net.prototxt" test_net: "other.prototxt"'
    solver = SOLVER.replace('net: "net.prototxt"', nets).replace(
        "test_iter: 2", "test_iter: 2 " * 2
    )
    small.add("solver.prototxt", solver)
    sources = run_setup(small.start()).sources
    assert list(sources) == ["TRAIN data data", "TEST data data", "TEST data data (#1)"]
    assert "other.txt" in sources["TEST data data (#1)"]
