"""What a run starts from."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import SOLVER, Case, flat

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
