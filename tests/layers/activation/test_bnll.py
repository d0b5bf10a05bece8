"""BNLL against Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of, run_layer

NET = one_layer('type: "BNLL"', (1, 4))


def test_gives_caffes_figures() -> None:
    check_case("bnll")


def test_large_values_stay_finite() -> None:
    bottom = np.float32([[-200, -60, 60, 200]])
    run = run_layer(NET, [bottom], top_grads=[np.ones((1, 4))])
    np.testing.assert_allclose(run.tops[0], [[0, 0, 60, 200]], atol=1e-20)
    np.testing.assert_allclose(run.bottom_grads[0], [[0, 0, 1, 1]], atol=1e-20)


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(NET), tmp_path)
