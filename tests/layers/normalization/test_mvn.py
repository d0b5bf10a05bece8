"""MVN against Caffe and against NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from channels_last import run_after_convolution
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.errors import OwltfError
from owltf.testing import net_of, run_layer

X = np.random.default_rng(0).standard_normal((2, 3, 4, 5)) * 3 + 1


def mvn(fields: str, shape: tuple[int, ...] = X.shape) -> str:
    return one_layer(f'type: "MVN" mvn_param {{ {fields} }}', shape)


@pytest.mark.parametrize("name", ["mvn", "mvn_across"])
def test_gives_caffes_figures(name: str) -> None:
    check_case(name)


@pytest.mark.parametrize("divides", [False, True])
@pytest.mark.parametrize("across", [False, True])
def test_takes_mean_and_deviation_away(across: bool, divides: bool) -> None:
    fields = f"across_channels: {str(across).lower()} normalize_variance: {str(divides).lower()}"
    axes = (1, 2, 3) if across else (2, 3)
    wanted = X - X.mean(axes, keepdims=True)
    if divides:
        wanted /= X.std(axes, keepdims=True)
    case = gradient_case(mvn(fields), [X])
    assert_close(case.run().tops[0], wanted)
    check_gradients(case)


def test_epsilon_is_added_to_the_deviation() -> None:
    def mean(values: np.ndarray) -> np.ndarray:
        return values.mean((2, 3), keepdims=True)

    deviation = X.std((2, 3), keepdims=True) + 0.1
    top, top_grad = (X - mean(X)) / deviation, np.random.default_rng(1).standard_normal(X.shape)
    run = run_layer(mvn("eps: 0.1"), [X], top_grads=[top_grad])
    assert_close(run.tops[0], top)
    # Caffe's gradient takes the deviation with epsilon for the one without.
    wanted = (top_grad - mean(top_grad) - top * mean(top_grad * top)) / deviation
    assert_close(run.bottom_grads[0], wanted)


def test_of_a_blob_after_a_convolution() -> None:
    conv, top = run_after_convolution('type: "MVN"')
    wanted = (conv - conv.mean((2, 3), keepdims=True)) / conv.std((2, 3), keepdims=True)
    np.testing.assert_allclose(top, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 12)])
def test_fewer_axes_become_four(shape: tuple[int, ...]) -> None:
    bottom = X[..., 0].reshape(shape)
    top = run_layer(mvn("across_channels: true", shape), [bottom]).tops[0]
    assert top.shape == shape + (1,) * (4 - len(shape))
    np.testing.assert_allclose(top.mean((1, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(top.std((1, 2, 3)), 1, rtol=1e-5)


def test_a_constant_has_a_gradient() -> None:
    run = run_layer(mvn("eps: 0.5"), [np.ones(X.shape)], top_grads=[X])
    assert not run.tops[0].any()
    wanted = (X - X.mean((2, 3), keepdims=True)) / 0.5
    assert_close(run.bottom_grads[0], wanted)


def test_refuses_five_axes() -> None:
    with pytest.raises(OwltfError, match="takes up to 4 axes"):
        net_of(mvn("", (2, 3, 4, 5, 6)))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(mvn("across_channels: true")), tmp_path)
