"""Tests of Threshold against real Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of, run_layer


def test_gives_caffes_figures() -> None:
    check_case("threshold")


def test_the_threshold_itself_is_not_above() -> None:
    net = one_layer('type: "Threshold" threshold_param { threshold: 0.5 }', (1, 3))
    run = run_layer(net, [[[0.4, 0.5, 0.6]]], top_grads=[np.ones((1, 3))])
    np.testing.assert_array_equal(run.tops[0], [[0, 0, 1]])
    assert run.bottom_grads == [None]


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    net = one_layer('type: "Threshold" threshold_param { threshold: 0.3 }', (2, 3))
    save_and_load(net_of(net), tmp_path)
