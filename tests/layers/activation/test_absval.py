"""AbsVal against Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of, run_layer

NET = one_layer('type: "AbsVal"', (2, 3))


def test_gives_caffes_figures() -> None:
    check_case("absval")


def test_the_slope_at_zero_is_zero() -> None:
    run = run_layer(NET, [[[-2, 0, 3], [0, 1, -1]]], top_grads=[np.full((2, 3), 5)])
    np.testing.assert_array_equal(run.bottom_grads[0], [[-5, 0, 5], [0, 5, -5]])


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(NET), tmp_path)
