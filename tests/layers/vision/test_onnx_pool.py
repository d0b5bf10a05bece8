"""Pooling windows in ONNX."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from recurrent_case import random

from owltf.testing import one_layer

X = (2, 3, 8, 7)
WINDOWS = [
    "kernel_size: 3 stride: 2",
    "kernel_size: 3 stride: 2 pad: 1",
    "kernel_size: 2 stride: 2 round_mode: FLOOR",
    "kernel_h: 3 kernel_w: 2 stride_h: 1 stride_w: 3 pad_h: 2 pad_w: 1",
    "global_pooling: true",
]


@pytest.mark.parametrize("method", ["MAX", "AVE"])
@pytest.mark.parametrize("window", WINDOWS)
def test_a_window(check_onnx: Callable[..., None], method: str, window: str) -> None:
    net = one_layer(f'type: "Pooling" pooling_param {{ pool: {method} {window} }}', X)
    check_onnx(net, [random(*X)])


def test_the_mean_of_what_is_drawn(check_onnx: Callable[..., None]) -> None:
    net = one_layer('type: "Pooling" pooling_param { pool: STOCHASTIC kernel_size: 3 }', X)
    x = np.abs(random(*X))
    x[:, :, :3, :3] = 0
    check_onnx(net, [x])


@pytest.mark.parametrize("window", WINDOWS)
def test_places(check_onnx: Callable[..., None], window: str) -> None:
    net = one_layer(f'type: "Pooling" pooling_param {{ {window} }}', X, tops=2)
    check_onnx(net, [random(*X)])


@pytest.mark.parametrize("height", [1, 3])
@pytest.mark.parametrize("method", ["MAX", "AVE"])
def test_a_pyramid(check_onnx: Callable[..., None], method: str, height: int) -> None:
    net = one_layer(f'type: "SPP" spp_param {{ pyramid_height: {height} pool: {method} }}', X)
    check_onnx(net, [random(*X)])
