"""A ReLU layer with a slope below 0 against Caffe's formula."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from oracle_case import one_layer, save_and_load

from owltf.testing import net_of, run_layer


def test_a_slope_may_be_negative() -> None:
    x = np.array([[-2, -0.5, 0, 3]], np.float32)
    net = one_layer('type: "ReLU" relu_param { negative_slope: -0.5 }', x.shape)
    run = run_layer(net, [x], top_grads=[np.ones_like(x)])
    np.testing.assert_array_equal(run.tops[0], [[1, 0.25, 0, 3]])
    np.testing.assert_array_equal(run.bottom_grads[0], [[-0.5, -0.5, -0.5, 1]])


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    fields = 'type: "ReLU" relu_param { negative_slope: -0.5 }'
    save_and_load(net_of(one_layer(fields, (2, 3))), tmp_path)
