"""LSTMUnit against its formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import assert_close, check_gradients, gradient_case, one_layer, save_and_load
from recurrent_case import random, sigmoid

from owltf.errors import OwltfError
from owltf.testing import net_of

SHAPES = ((1, 3, 2), (1, 3, 8), (1, 3))


def unit(*shapes: tuple[int, ...]) -> str:
    return one_layer('type: "LSTMUnit"', *(shapes or SHAPES), tops=2)


def test_one_step_of_each_stream() -> None:
    cells, gates = random(1, 3, 2), random(1, 3, 8)
    markers = np.array([[0, 1, 1]])
    case = gradient_case(unit(), [cells, gates, markers], skip=["bottom_grad/2"])
    run = case.run()
    i, f, o, g = np.split(gates, 4, axis=-1)
    c = sigmoid(f) * markers[..., np.newaxis] * cells + sigmoid(i) * np.tanh(g)
    assert_close(run.tops[0], c)
    assert_close(run.tops[1], sigmoid(o) * np.tanh(c))
    assert run.bottom_grads[2] is None
    check_gradients(case, run)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(unit()), tmp_path)


@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 3, 2), (2, 3, 8), (2, 3)),
        ((1, 3, 2), (1, 3, 6), (1, 3)),
        ((1, 3, 2), (1, 3, 8), (3, 1)),
        ((1, 3), (1, 12), (1, 3)),
    ],
    ids=str,
)
def test_other_shapes_are_refused(shapes: tuple[tuple[int, ...], ...]) -> None:
    message = r"^LSTMUnit layer 'layer' \(.*\): takes \(1, N, H\), \(1, N, 4H\) and \(1, N\); got"
    with pytest.raises(OwltfError, match=message):
        net_of(unit(*shapes))
