"""What a run tells plugins."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from owltf.plugin.events import Display, Ending, Iterations, Scores


def test_the_iterations_are_counted() -> None:
    iterations = Iterations(5, [0.5, 0.25, 0.125], 0.1, {})
    assert (iterations.first, iterations.last) == (5, 7)


def test_what_is_not_there_is_empty() -> None:
    display = Display(12, 0.5)
    assert (display.rate, display.outputs, display.loss_weights) == (None, {}, {})
    assert Scores(12, 0, None, {"accuracy": np.float32(0.5)}).loss_weights == {}
    ending = Ending("finished", 12)
    assert (ending.message, ending.error) == ("", None)


def test_importing_them_is_cheap() -> None:
    code = "import sys, owltf.plugin.events; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
