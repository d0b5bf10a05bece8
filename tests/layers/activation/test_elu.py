"""ELU against Caffe, and its slope at 0."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of, run_layer

NET = one_layer('type: "ELU" elu_param { alpha: 0.5 }', (1, 3))


def test_gives_caffes_figures() -> None:
    check_case("elu")


def test_the_slope_at_zero_is_alpha() -> None:
    run = run_layer(NET, [[[-1, 0, 1]]], top_grads=[np.ones((1, 3))])
    np.testing.assert_allclose(run.bottom_grads[0], [[0.5 * np.exp(-1), 0.5, 1]], rtol=1e-6)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(NET), tmp_path)
