"""Evaluation: means over batches."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import Case, Recorder

import owltf
from owltf.net.batches import batches
from owltf.train.evaluation import Evaluation
from owltf.train.signals import Signals


@pytest.mark.parametrize("replicas", [1, 3])
def test_means_are_those_of_the_batches(small: Case, replicas: int) -> None:
    start = small.start(replicas)
    (net,) = start.nets.tests
    place = start.state.test[0]
    _, loss, means = Evaluation(net, start.devices, batches(net, place), Signals().end).run(3)
    single = batches(net, place)
    each = [net.forward(next(single)) for _ in range(3)]
    for name, mean in means.items():
        np.testing.assert_allclose(mean, np.mean([one[name] for one in each]), rtol=1e-5)
    assert loss == pytest.approx(float(means["loss"]), rel=1e-6)


def test_a_signal_ends_the_test(small: Case) -> None:
    start, signals = small.start(), Signals()
    (net,) = start.nets.tests
    passes = Evaluation(net, start.devices, batches(net, start.state.test[0]), signals.end)
    signals.end.assign(True)
    assert passes.run(5)[0] == 0


@pytest.mark.parametrize("figures_case", ["varying_image_sizes"], indirect=True)
def test_an_output_of_several_sizes_has_no_mean(figures_case: Case) -> None:
    net = (figures_case.folder / "net.prototxt").read_text().replace("include { phase: TRAIN }", "")
    seen = 'layer { name: "seen" type: "ReLU" bottom: "data" top: "seen" }'
    figures_case.add("net.prototxt", net + seen)
    solver = (figures_case.folder / "solver.prototxt").read_text()
    figures_case.add("solver.prototxt", solver + "test_iter: 3 test_interval: 2")
    recorder = Recorder()
    trainer = owltf.NetTrainer("solver.prototxt", report=recorder)
    trainer.build_net()
    (tests,) = trainer.run().tests
    assert tests["iteration"].tolist() == [0, 2, 4]
    assert np.isfinite(tests["loss"]).all()
    assert "seen" not in tests
    assert [scores.outputs["seen"].size for scores in recorder.tests] == [0, 0, 0]
