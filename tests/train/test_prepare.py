"""What a run starts from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from solver_case import SOLVER, Case, flat

from owltf.caffe.binary.solverstate_file import read_solverstate, write_solverstate
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError


def test_one_seed_gives_one_start(small: Case) -> None:
    first, second = small.start(), small.start()
    assert first.state.seed == 7
    np.testing.assert_array_equal(
        flat(first.nets.train.get_params()), flat(second.nets.train.get_params())
    )


def test_a_seed_is_drawn_where_none_is_given(small: Case) -> None:
    small.add("free.prototxt", SOLVER.replace("random_seed: 7", ""))
    seeds = {small.start(solver="free.prototxt").state.seed for _ in range(2)}
    assert len(seeds) == 2


def test_nets_share_variables(small: Case) -> None:
    nets = small.start().nets
    pairs = list(zip(nets.train.params, nets.tests[0].params, strict=True))
    assert len(pairs) == 4
    assert all(train.variable is test.variable for train, test in pairs)


def test_ways_to_start_exclude_each_other(small: Case) -> None:
    with pytest.raises(OwltfError, match="give one of --snapshot and --resume"):
        small.start(snapshot=1, resume=small.folder / "x.solverstate")


def test_later_weights_win(small: Case) -> None:
    small.run()
    six, twelve = (small.folder / f"snap_iter_{each}.caffemodel" for each in (6, 12))
    both, last = small.start(weights=[six, twelve]), small.start(weights=[twelve])
    np.testing.assert_array_equal(
        flat(both.nets.train.get_params()), flat(last.nets.train.get_params())
    )
    assert both.loaded[str(six)].loaded == ["conv1", "ip"]


def test_the_solvers_own_weights_give_way_to_others(small: Case) -> None:
    small.run()
    six, twelve = (small.folder / f"snap_iter_{each}.caffemodel" for each in (6, 12))
    small.add("tuned.prototxt", f'{SOLVER} weights: "snap_iter_12.caffemodel, {six.name}"')
    start = small.start(solver="tuned.prototxt")
    assert [*map(str, start.loaded)] == [twelve.name, six.name]
    assert [*small.start(solver="tuned.prototxt", weights=[twelve]).loaded] == [str(twelve)]
    resumed = small.start(solver="tuned.prototxt", resume=six.with_suffix(".solverstate"))
    assert [*resumed.loaded] == [str(six)]


def test_mismatched_layers_keep_their_fillers(small: Case) -> None:
    small.run()
    net = (small.folder / "net.prototxt").read_text()
    small.add("net.prototxt", net.replace("num_output: 4 weight", "num_output: 6 weight"))
    file = small.folder / "snap_iter_12.caffemodel"
    with pytest.raises(OwltfError, match=r"layer 'ip': .*\(4, 80\).*\(6, 80\).*--reinit-mismatch"):
        small.start(weights=[file])
    start = small.start(weights=[file], reinit_mismatched=True)
    told = start.loaded[str(file)]
    assert (told.loaded, told.reinitialised, told.absent) == (["conv1"], ["ip"], [])
    assert "ip" in told.summary()
    assert np.std(start.nets.train.get_params()["ip"][0]) == pytest.approx(0.1, rel=0.2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ('lr_policy: "fixed"', "unknown lr_policy 'fixd': did you mean 'fixed'"),
        ("max_iter: 12", "solver type 'Adom' is not supported"),
        ("average_loss: 3", "average_loss must be at least 1"),
    ],
)
def test_wrong_solvers_are_refused(small: Case, change: str, reason: str) -> None:
    wrong = {
        'lr_policy: "fixed"': 'lr_policy: "fixd"',
        "max_iter: 12": 'max_iter: 12 type: "Adom"',
        "average_loss: 3": "average_loss: 0",
    }
    small.add("wrong.prototxt", SOLVER.replace(change, wrong[change]))
    with pytest.raises(OwltfError, match=reason):
        small.start(solver="wrong.prototxt")


def test_a_batch_smaller_than_the_replicas_is_refused(small: Case) -> None:
    net = (small.folder / "net.prototxt").read_text()
    small.add("net.prototxt", net.replace("batch_size: 8", "batch_size: 3"))
    with pytest.raises(OwltfError, match="batch_size 3 cannot be split among 4 devices"):
        small.start(4)


def test_batch_per_gpu_multiplies_the_batch(small: Case) -> None:
    start = small.start(2, batch_per_gpu=True)
    assert start.nets.train.sources[0].layer.batch_size == 16


def without_weights(case: Case, name: str, suffix: str = "") -> Path:
    """Write the state of a run's first snapshot, as Caffe may, without the name of its weights."""
    schema = load_schema()
    state = read_solverstate(case.folder / f"snap_iter_6.solverstate{suffix}", schema)
    path = case.folder / f"{name}.solverstate{suffix}"
    write_solverstate(path, schema, replace(state, learned_net=""))
    return path


@pytest.mark.parametrize("suffix", ["", ".h5"])
def test_a_state_that_names_no_weights_brings_its_history_alone(small: Case, suffix: str) -> None:
    """As in Caffe; the history here is Adam's two for each blob."""
    kind = 'type: "Adam" snapshot_format: ' + ("HDF5" if suffix else "BINARYPROTO")
    small.add("solver.prototxt", SOLVER.replace("0.05", "0.002") + kind)
    whole, _ = small.run()
    weights = small.folder / f"snap_iter_6.caffemodel{suffix}"
    bare = without_weights(small, "bare", suffix)
    start = small.start(resume=bare)
    assert f"{bare} names no weights: they are as their fillers make them" in start.notes
    assert (start.state.iteration, bool(start.loaded)) == (6, False)
    state = read_solverstate(bare, load_schema())
    assert len(state.history) == 2 * len(start.nets.train.params)
    history = start.solver.history(start.nets.train.params)
    for got, wanted in zip(history, state.history, strict=True):
        np.testing.assert_array_equal(got, wanted)
    # The command line's weights go with it; else those of its name beside it.
    given = small.start(resume=bare, weights=[weights])
    assert [*given.loaded] == [str(weights)]
    beside = bare.with_name(f"bare.caffemodel{suffix}")
    beside.write_bytes(weights.read_bytes())
    assert [*small.start(resume=bare).loaded] == [str(beside)]
    kept = small.start(resume=small.folder / f"snap_iter_6.solverstate{suffix}")
    np.testing.assert_array_equal(
        flat(given.nets.train.get_params()), flat(kept.nets.train.get_params())
    )


def test_the_solvers_weights_go_with_a_state_that_names_none(small: Case) -> None:
    small.run()
    bare = without_weights(small, "bare")
    small.add("solver.prototxt", f'{SOLVER} weights: "snap_iter_12.caffemodel"')
    assert [*small.start(resume=bare).loaded] == ["snap_iter_12.caffemodel"]
