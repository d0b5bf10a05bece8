"""What NetTrainer.run() returns."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import SOLVER, Case, Recorder

import owltf
from owltf.plugin.events import Setup
from owltf.registry.markers import hookimpl


class Stop:
    """Ends a run after its first test."""

    @hookimpl
    def owltf_tested(self, setup: Setup) -> None:
        setup.stop("it is enough")


def test_losses_rates_and_tests_are_arrays(small: Case) -> None:
    small.add("solver.prototxt", SOLVER.replace('"fixed"', '"step" gamma: 0.5 stepsize: 6'))
    recorder = Recorder()
    trainer = owltf.NetTrainer("solver.prototxt", report=recorder)
    trainer.build_net()
    history = trainer.run()
    assert history.status == 0
    np.testing.assert_array_equal(history.iterations, np.arange(12))
    np.testing.assert_allclose(history.rates, [0.05] * 6 + [0.025] * 6)
    # The displayed loss is the mean of three.
    assert history.losses[2:5].mean() == pytest.approx(recorder.displays[1].loss, rel=1e-5)
    (tests,) = history.tests
    assert tests["iteration"].tolist() == [0, 6, 12]
    wanted = [each.outputs["accuracy"] for each in recorder.tests]
    np.testing.assert_array_equal(tests["accuracy"], wanted)

    again = owltf.NetTrainer("solver.prototxt", report=Recorder(), resume="snap_iter_6.solverstate")
    again.build_net()
    np.testing.assert_array_equal(again.run().losses, history.losses[6:])
    fine = owltf.NetTrainer(
        "solver.prototxt",
        report=Recorder(),
        weights="snap_iter_12.caffemodel",
        callbacks=[Stop()],
    )
    fine.build_net()
    stopped = fine.run()
    assert (stopped.losses.size, stopped.rates.size) == (0, 0)
    np.testing.assert_array_equal(stopped.tests[0]["iteration"], [0])
