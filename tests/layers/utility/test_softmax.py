"""Tests of Softmax against real Caffe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of, run_layer


@pytest.mark.parametrize("name", ["softmax", "softmax_4d", "softmax_axis2"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("axis", [0, 1, 2, 3, -1])
def test_sums_to_one_along_its_axis(axis: int) -> None:
    built = net_of(f"""
        layer {{ name: "x" type: "Input" top: "x"
          input_param {{ shape {{ dim: 2 dim: 3 dim: 4 dim: 5 }} }} }}
        layer {{ name: "conv" type: "Convolution" bottom: "x" top: "conv"
          convolution_param {{ num_output: 6 kernel_size: 1 weight_filler {{ type: "xavier" }} }} }}
        layer {{ name: "p" type: "Softmax" bottom: "conv" top: "p"
          softmax_param {{ axis: {axis} }} }}
    """)
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    blobs = built.forward({"x": x}, ["conv", "p"])
    wanted = np.exp(blobs["conv"])
    np.testing.assert_allclose(
        blobs["p"], wanted / wanted.sum(axis, keepdims=True), rtol=1e-5, atol=1e-7
    )


def test_large_scores_stay_finite() -> None:
    run = run_layer(one_layer('type: "Softmax"', (1, 2)), [[[1e6, 0]]])
    np.testing.assert_array_equal(run.tops[0], [[1, 0]])


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(one_layer('type: "Softmax"', (2, 3, 4, 5))), tmp_path)
