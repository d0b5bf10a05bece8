"""Log against Caffe and against NumPy, and its errors."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from oracle_case import assert_close, check_case, check_gradients, gradient_case, one_layer

from owltf.errors import OwltfError
from owltf.testing import net_of

X = np.random.default_rng(0).uniform(0.5, 2, (3, 4))


def logarithm(fields: str) -> str:
    return one_layer(f'type: "Log" log_param {{ {fields} }}', X.shape)


def test_gives_caffes_figures() -> None:
    check_case("log_e")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("", np.log(X)),
        ("base: 2", np.log2(X)),
        ("base: 10 scale: 2 shift: 1", np.log10(1 + 2 * X)),
        ("base: 0.5 shift: 1", -np.log2(1 + X)),
    ],
)
def test_is_a_logarithm_to_the_base(fields: str, wanted: np.ndarray) -> None:
    case = gradient_case(logarithm(fields), [X])
    assert_close(case.run().tops[0], wanted)
    check_gradients(case)


@pytest.mark.parametrize(("base", "message"), [("0", "must be positive"), ("1", "must not be 1")])
def test_refuses_a_base_without_logarithms(base: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        net_of(logarithm(f"base: {base}"))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    net = net_of(logarithm("base: 2 scale: 3 shift: 1"))
    net.model.save(tmp_path / "net.keras")
    feeds = {"bottom0": X.astype(np.float32)}
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(loaded(feeds)["top0"], net.model(feeds)["top0"])
