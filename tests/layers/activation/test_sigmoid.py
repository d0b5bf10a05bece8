"""Sigmoid against Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of, run_layer

SIGMOID = one_layer('type: "Sigmoid"', (1, 3))


def test_sigmoid_gives_caffes_figures() -> None:
    check_case("sigmoid")


def test_far_from_zero_it_is_0_or_1() -> None:
    np.testing.assert_array_equal(run_layer(SIGMOID, [[[-200, 0, 200]]]).tops[0], [[0, 0.5, 1]])


def test_sigmoid_is_saved(tmp_path: Path) -> None:
    save_and_load(net_of(SIGMOID), tmp_path)
