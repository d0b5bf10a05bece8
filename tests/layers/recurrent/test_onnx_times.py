"""Layers over time in ONNX, one time after the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from recurrent_case import random

from owltf.testing import one_layer

FIELDS = 'recurrent_param { num_output: 3 weight_filler { type: "xavier" } %s }'


@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
@pytest.mark.parametrize("shape", [(4, 2, 5), (1, 2, 5), (3, 2, 2, 4)])
def test_times(check_onnx: Callable[..., None], kind: str, shape: tuple[int, ...]) -> None:
    net = one_layer(f'type: "{kind}" {FIELDS % ""}', shape, shape[:2])
    markers = np.ones(shape[:2])
    markers[shape[0] // 2 :, 0] = 0
    check_onnx(net, [random(*shape), markers])


@pytest.mark.parametrize(("kind", "states"), [("LSTM", 2), ("RNN", 1)])
def test_states_and_an_input_without_time(
    check_onnx: Callable[..., None], kind: str, states: int
) -> None:
    shapes = [(4, 2, 5), (4, 2), (2, 6), *[(1, 2, 3)] * states]
    net = one_layer(f'type: "{kind}" {FIELDS % "expose_hidden: true"}', *shapes, tops=1 + states)
    check_onnx(net, [random(4, 2, 5), np.ones((4, 2)), *(random(*each) for each in shapes[2:])])
