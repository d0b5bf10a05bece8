"""ReLU against Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of, run_layer


@pytest.mark.parametrize("name", ["relu", "relu_leaky"])
def test_relu_gives_caffes_figures(name: str) -> None:
    check_case(name)


def test_a_leaky_relu_is_saved(tmp_path: Path) -> None:
    fields = 'type: "ReLU" relu_param { negative_slope: 0.1 }'
    save_and_load(net_of(one_layer(fields, (2, 3, 4, 5))), tmp_path)


def test_a_slope_may_be_negative() -> None:
    x = np.array([[-2, -0.5, 0, 3]], np.float32)
    net = one_layer('type: "ReLU" relu_param { negative_slope: -0.5 }', x.shape)
    run = run_layer(net, [x], top_grads=[np.ones_like(x)])
    np.testing.assert_array_equal(run.tops[0], [[1, 0.25, 0, 3]])
    np.testing.assert_array_equal(run.bottom_grads[0], [[-0.5, -0.5, -0.5, 1]])
