"""TrainStep: the loop of iterations."""

from __future__ import annotations

import numpy as np
from solver_case import Case, flat, step_of

from owltf.train.signals import Signals


def test_chunks_do_not_change_a_bit(small: Case) -> None:
    one, many = small.start(), small.start()
    whole = step_of(one, Signals()).run(7)
    step = step_of(many, Signals())
    parts = [step.run(count) for count in (1, 4, 2)]
    np.testing.assert_array_equal(whole.losses, np.concatenate([part.losses for part in parts]))
    np.testing.assert_array_equal(
        flat(one.nets.train.get_params()), flat(many.nets.train.get_params())
    )
    assert whole.outputs["loss"] == parts[-1].outputs["loss"] == whole.losses[-1]


def test_a_signal_ends_the_call_within_one_iteration(small: Case) -> None:
    start, signals = small.start(), Signals()
    step = step_of(start, signals)
    signals.pause.assign(True)
    assert len(step.run(1000).losses) == 1


def test_an_output_may_have_another_batch_in_each_iteration(small: Case) -> None:
    net = (small.folder / "net.prototxt").read_text()
    rest = 'layer { name: "kept" type: "Filter" bottom: "data" bottom: "label" top: "kept" }'
    small.add("net.prototxt", f"{net}\n{rest}")
    kept = step_of(small.start(), Signals()).run(5).outputs["kept"]
    assert kept.shape[1:] == (3, 7, 6)


def test_the_last_loss_updates_no_weights(small: Case) -> None:
    start = small.start()
    step = step_of(start, Signals())
    before = flat(start.nets.train.get_params())
    assert step.loss() > 0
    np.testing.assert_array_equal(flat(start.nets.train.get_params()), before)
