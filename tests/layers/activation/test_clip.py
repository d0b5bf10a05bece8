"""Clip against Caffe, its slope at the limits, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

NET = one_layer('type: "Clip" clip_param { min: -1 max: 2 }', (1, 5))


def test_gives_caffes_figures() -> None:
    check_case("clip")


def test_the_limits_let_the_gradient_through() -> None:
    run = run_layer(NET, [[[-3, -1, 0, 2, 5]]], top_grads=[np.full((1, 5), 3)])
    np.testing.assert_array_equal(run.tops[0], [[-1, -1, 0, 2, 2]])
    np.testing.assert_array_equal(run.bottom_grads[0], [[0, 3, 3, 3, 0]])


def test_refuses_limits_in_the_wrong_order() -> None:
    with pytest.raises(OwltfError, match="min must not be above max, got 2 and 1"):
        net_of(one_layer('type: "Clip" clip_param { min: 2 max: 1 }', (1, 5)))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(NET), tmp_path)
