"""Displays: the smoothed loss."""

from __future__ import annotations

import numpy as np
from solver_case import SOLVER, Case


def test_average_loss_is_a_mean_of_the_last(small: Case) -> None:
    small.add("every.prototxt", SOLVER.replace("display: 4", "display: 1"))
    _, recorder = small.run(solver="every.prototxt")
    shown = [display.loss for display in recorder.displays]
    single = [float(display.outputs["loss"]) for display in recorder.displays]
    wanted = [np.mean(single[max(0, i - 2) : i + 1]) for i in range(len(single))]
    np.testing.assert_allclose(shown, wanted, rtol=1e-6)
