"""Tests of Eltwise against real Caffe and against NumPy."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import check_case, one_layer, save_and_load

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

SHAPE = (2, 3, 2, 2)
ARRAYS = list(np.random.default_rng(0).normal(size=(3, *SHAPE)).astype(np.float32))


@pytest.mark.parametrize("name", ["eltwise_max", "eltwise_prod", "eltwise_sum"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


def prototxt(fields: str, bottoms: int = 3) -> str:
    return one_layer(f'type: "Eltwise" eltwise_param {{ {fields} }}', *[SHAPE] * bottoms)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("", sum(ARRAYS)),
        ("operation: SUM", sum(ARRAYS)),
        ("coeff: 1 coeff: -1 coeff: 0.5", ARRAYS[0] - ARRAYS[1] + 0.5 * ARRAYS[2]),
        ("operation: PROD", np.prod(ARRAYS, axis=0)),
        ("operation: PROD stable_prod_grad: false", np.prod(ARRAYS, axis=0)),
        ("operation: MAX", np.max(ARRAYS, axis=0)),
    ],
)
def test_combines_any_number_of_bottoms(fields: str, wanted: np.ndarray) -> None:
    np.testing.assert_allclose(run_layer(prototxt(fields), ARRAYS).tops[0], wanted, rtol=1e-5)


def test_the_gradient_of_a_product_with_zeros_is_that_of_the_others() -> None:
    arrays = [np.zeros(SHAPE), *ARRAYS[1:]]
    run = run_layer(prototxt("operation: PROD"), arrays, top_grads=[np.ones(SHAPE)])
    np.testing.assert_allclose(run.bottom_grads[0], ARRAYS[1] * ARRAYS[2], rtol=1e-5)
    assert not run.bottom_grads[1].any()


@pytest.mark.parametrize(
    ("values", "winner"),
    [((1, 1, 0), 1), ((1, 0, 1), 0), ((0, 1, 1), 1), ((1, 1, 1), 1), ((0, 1, 2), 2)],
)
def test_a_maximum_of_equal_values_has_caffes_winner(values: tuple[int, ...], winner: int) -> None:
    arrays = [np.full(SHAPE, value) for value in values]
    run = run_layer(prototxt("operation: MAX"), arrays, top_grads=[np.ones(SHAPE)])
    assert [grad.any() for grad in run.bottom_grads] == [each == winner for each in range(3)]


def test_bottoms_of_different_layouts_meet() -> None:
    built = net_of("""
        layer { name: "x" type: "Input" top: "x"
          input_param { shape { dim: 2 dim: 3 dim: 4 dim: 5 } } }
        layer { name: "conv" type: "Convolution" bottom: "x" top: "conv"
          convolution_param { num_output: 3 kernel_size: 1 weight_filler { type: "xavier" } } }
        layer { name: "sum" type: "Eltwise" bottom: "x" bottom: "conv" top: "sum" }
        layer { name: "mus" type: "Eltwise" bottom: "conv" bottom: "x" top: "mus" }
    """)
    x = np.random.default_rng(1).normal(size=(2, 3, 4, 5)).astype(np.float32)
    blobs = built.forward({"x": x}, ["conv", "sum", "mus"])
    np.testing.assert_allclose(blobs["sum"], x + blobs["conv"], rtol=1e-6)
    np.testing.assert_array_equal(blobs["sum"], blobs["mus"])


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (
            one_layer('type: "Eltwise"', SHAPE, (2, 3, 2, 1)),
            r"bottoms must have one shape; got \(2, 3, 2, 2\) and \(2, 3, 2, 1\)$",
        ),
        (one_layer('type: "Eltwise"', SHAPE), "takes at least 2 bottoms, got 1"),
        (prototxt("coeff: 1 coeff: 2"), "needs a coeff for each of 3 bottoms; got 2"),
        (prototxt("operation: PROD coeff: 1 coeff: 2 coeff: 1"), "coeff goes with operation: SUM"),
    ],
)
def test_refuses_what_does_not_fit(net: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        net_of(net)


@pytest.mark.parametrize(
    "fields", ["", "coeff: 1 coeff: 2 coeff: 3", "operation: PROD", "operation: MAX"]
)
def test_is_saved_and_loaded(fields: str, tmp_path: Path) -> None:
    save_and_load(net_of(prototxt(fields)), tmp_path)


@pytest.mark.parametrize(
    ("operation", "wanted", "grads"),
    [
        ("SUM", 7.0, [2, 2]),
        ("SUM coeff: 2 coeff: -1", 2.0, [4, -2]),
        ("PROD", 12.0, [8, 6]),
        ("MAX", 4.0, [0, 2]),
    ],
)
def test_scalars(operation: str, wanted: float, grads: list[float], tmp_path: Path) -> None:
    net = net_of(prototxt_of_scalars(operation), "TRAIN")
    inputs = {"a": np.full((1, 1), 3.0), "b": np.full((1, 1), 4.0)}
    assert net.forward(inputs)["top"] == wanted
    assert net.blob_shapes["top"] == ()
    got = net.segment().backward(inputs, {"top": 2.0}, blobs=["x", "y"]).blobs
    assert [float(got[name]) for name in "xy"] == grads
    assert net.model({name: tf.constant(value) for name, value in inputs.items()})["top"] == wanted
    net.model.save(tmp_path / "net.keras")
    assert keras.saving.load_model(tmp_path / "net.keras")(inputs)["top"] == wanted


def prototxt_of_scalars(operation: str) -> str:
    def summed(blob: str, top: str) -> str:
        return (
            f'layer {{ name: "{blob}" type: "Input" top: "{blob}" '
            f"input_param {{ shape {{ dim: 1 dim: 1 }} }} }}\n"
            f'layer {{ name: "{top}" type: "Reduction" bottom: "{blob}" top: "{top}" '
            f"reduction_param {{ axis: 0 }} }}\n"
        )

    param = f"eltwise_param {{ operation: {operation} }}"
    eltwise = f'layer {{ name: "e" type: "Eltwise" bottom: "x" bottom: "y" top: "top" {param} }}'
    return summed("a", "x") + summed("b", "y") + eltwise
