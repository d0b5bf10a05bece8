"""AllTests: the tests on the way."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import Case, flat, run

from owltf.errors import OwltfError
from owltf.plugin.events import Scores
from owltf.registry.markers import hookimpl


@pytest.mark.parametrize(
    ("figures_case", "blob", "figures"),
    [
        # The pass that shows the last loss moves the statistics before the last test.
        ("shared_batchnorm", "loss", [143744, 10.5047, 3.62779]),
        ("eltwise_of_scalars", "total", [3.44032, 2.73984, 3.19048]),
    ],
    indirect=["figures_case"],
)
def test_tests_on_the_way_are_caffes(figures_case: Case, blob: str, figures: list[float]) -> None:
    _, recorder = figures_case.run(weights=[figures_case.folder / "init.caffemodel"])
    got = [float(scores.outputs[blob]) for scores in recorder.tests]
    np.testing.assert_allclose(got, figures, rtol=2e-5)


@pytest.mark.parametrize("hook", ["owltf_testing", "owltf_tested"])
def test_a_plugin_that_fails_in_a_test_lets_the_resumed_run_test_again(
    small: Case, hook: str
) -> None:
    whole, told = small.run()
    for path in small.folder.glob("snap_iter_*"):
        path.unlink()

    def fail(iteration: int = 6) -> None:
        raise OwltfError(f"enough at {iteration}")

    class Broken:
        @hookimpl
        def owltf_testing(self, iteration: int) -> None:
            if hook == "owltf_testing" and iteration == 6:
                fail()

        @hookimpl
        def owltf_tested(self, scores: Scores) -> None:
            if hook == "owltf_tested" and scores.iteration == 6:
                fail()

    with pytest.raises(OwltfError, match="^enough at 6; stopped at iteration 6; resume with: "):
        run(small.start(), Broken())
    resumed, told_again = small.run(resume=small.folder / "snap_iter_6.solverstate")
    assert told_again.tests == told.tests[1:]
    np.testing.assert_array_equal(
        flat(resumed.nets.train.get_params()), flat(whole.nets.train.get_params())
    )
