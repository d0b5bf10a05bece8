"""The norms that `debug_info` prints, against what they are of, and that they change no bit."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from solver_case import NET, SOLVER, Case, flat, run

ONE_UPDATE = SOLVER.replace("max_iter: 12", "max_iter: 1").replace("momentum: 0.9", "momentum: 0")


def lines_of(small: Case, capfd: Any, solver: str) -> tuple[Any, list[np.ndarray], str]:
    """Run with `debug_info`; return the run, the weights before it, and the lines."""
    small.add("debug.prototxt", f"{solver} debug_info: true")
    start = small.start(solver="debug.prototxt")
    before = [param.get() for param in start.nets.train.params]
    assert run(start) == 0
    return start, before, capfd.readouterr().err


def value(text: str, what: str) -> float:
    found = re.search(rf"^    {re.escape(what)} ([-\d.e+]+)$", text, re.MULTILINE)
    assert found, f"{what}\n{text}"
    return float(found[1])


def test_means_of_blobs_gradients_and_updates(small: Case, capfd: Any) -> None:
    start, before, text = lines_of(small, capfd, ONE_UPDATE)
    after = [param.get() for param in start.nets.train.params]
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        layer, number = ("conv1", "ip")[index // 2], index % 2
        mean = np.abs(old).mean()
        forward = value(text, f"[Forward] Layer {layer}, param blob {number} data:")
        assert forward == pytest.approx(mean, rel=1e-4)
        # Without momentum a step is the rate times the regularised gradient.
        grad = (old - new) / 0.05 - 0.004 * old
        backward = value(text, f"[Backward] Layer {layer}, param blob {number} diff:")
        assert backward == pytest.approx(np.abs(grad).mean(), rel=1e-3, abs=1e-6)
        update = re.search(
            rf"\[Update\] Layer {layer}, param {number} data: (\S+); diff: (\S+)", text
        )
        assert update
        assert float(update[1]) == pytest.approx(mean, rel=1e-4)
        assert float(update[2]) == pytest.approx(np.abs(old - new).mean(), rel=1e-3, abs=1e-7)
    assert value(text, "[Backward] Layer ip, bottom blob conv1 diff:") > 0
    assert "bottom blob data" not in text
    order = [text.index(what) for what in ("[Forward] Layer loss", "[Backward] Layer loss")]
    order += [text.index(what) for what in ("[Backward] Layer conv1", "All net params", "[Update]")]
    assert order == sorted(order)
    norms = re.search(r"All net params .*: L1 norm = \((\S+), (\S+)\); L2 norm = \((\S+), ", text)
    assert norms
    assert float(norms[1]) == pytest.approx(sum(np.abs(each).sum() for each in before), rel=1e-4)


def test_it_changes_no_bit(small: Case, capfd: Any) -> None:
    quiet, _ = small.run()
    told, _, text = lines_of(small, capfd, SOLVER)
    one, other = (flat(each.nets.train.get_params()) for each in (quiet, told))
    np.testing.assert_array_equal(one, other)
    assert text.count("All net params") == 12
    assert text.count("[Forward] Layer loss") == 12
    assert "drop1" in NET and text.count("top blob conv1") == 36
