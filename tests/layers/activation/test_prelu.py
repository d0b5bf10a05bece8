"""PReLU against Caffe and against NumPy, its filler, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.errors import OwltfError
from owltf.testing import LAYER, net_of, run_layer


def prelu(fields: str, *shape: int) -> str:
    return one_layer(f'type: "PReLU" prelu_param {{ {fields} }}', shape)


@pytest.mark.parametrize("name", ["prelu", "prelu_shared"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 5), (2, 3, 2, 2, 3)])
def test_channels_are_axis_1(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    bottom, slope = rng.standard_normal(shape), rng.standard_normal(3)
    case = gradient_case(prelu("", *shape), [bottom], params=[slope])
    wide = slope.reshape(3, *(1,) * (len(shape) - 2))
    assert_close(case.run().tops[0], np.where(bottom > 0, bottom, wide * bottom))
    check_gradients(case)


def test_the_slope_at_zero_is_that_of_negative_values() -> None:
    run = run_layer(prelu("", 1, 3), [[[-1, 0, 1]]], params=[[2, 3, 4]], top_grads=[[[1, 1, 1]]])
    np.testing.assert_array_equal(run.bottom_grads[0], [[2, 3, 1]])


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("", np.full(3, 0.25)),
        ("channel_shared: true", np.float32(0.25)),
        ("filler { value: 0.5 }", np.full(3, 0.5)),
    ],
)
def test_starts_at_a_quarter_unless_filled(fields: str, wanted: np.ndarray) -> None:
    (slope,) = net_of(prelu(fields, 2, 3)).get_params()[LAYER]
    np.testing.assert_array_equal(slope, wanted)
    assert slope.shape == wanted.shape


def test_needs_channels() -> None:
    with pytest.raises(OwltfError, match=r"needs channels along axis 1, but 'bottom0' is \(3,\)"):
        net_of(prelu("", 3))


@pytest.mark.parametrize("fields", ["", "channel_shared: true"])
def test_is_saved_and_loaded(fields: str, tmp_path: Path) -> None:
    save_and_load(net_of(prelu(fields, 2, 3, 4, 5)), tmp_path)
