"""The Keras models of a net."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from small_nets import SMALL, build, inner_product, input_text

from owltf.net.net import Net

X = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)


@pytest.fixture(scope="module")
def net() -> Net:
    return build(SMALL, "TEST")


def test_the_model_is_plain_keras(net: Net, tmp_path: Path) -> None:
    net.model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(loaded({"x": X})["ip/a"], net.forward({"x": X})["ip/a"])


def test_a_loss_without_a_top_is_the_output_of_the_model_where_there_is_no_other() -> None:
    loss = 'layer { name: "loss" type: "EuclideanLoss" bottom: "x" bottom: "y" }'
    net = build(input_text("x", 2, 3) + input_text("y", 2, 3) + loss, "TRAIN")
    assert net.outputs == ()
    given = {"x": np.ones((2, 3), np.float32), "y": np.zeros((2, 3), np.float32)}
    assert {name: float(value) for name, value in net.model(given).items()} == {"loss": 1.5}


def test_the_loss_model_has_outputs_and_losses() -> None:
    net = build(
        input_text("x", 2, 4)
        + inner_product("ip", "x", "ip")
        + 'layer { name: "l" type: "EuclideanLoss" bottom: "ip" bottom: "ip" top: "l" }'
    )
    outputs, losses, _ = net.loss_model({"x": np.ones((2, 4), np.float32)})
    assert list(outputs) == ["l"]
    assert [float(loss) for loss in losses] == [0.0]


@pytest.mark.parametrize("name", ["in\033[31m", "a b:c"])
def test_a_name_that_keras_cannot_have_is_not_printed(name: str) -> None:
    """Keras would warn of it, and print it as it is; a warning is an error here."""
    written = name.replace("\033", "\\033")
    net = build(
        input_text(written, 1, 1, 4, 4)
        + f'layer {{ name: "r" type: "ReLU" bottom: "{written}" top: "r" }}',
        "TEST",
    )
    assert net.forward({name: np.ones((1, 1, 4, 4))})["r"].shape == (1, 1, 4, 4)
    assert net.model.input[name].shape == (None, 1, None, None)


def test_an_open_model_gives_the_blobs_that_are_named(net: Net) -> None:
    model = net.open_model_of(["conv", "b"])
    wanted = net.forward({"x": X}, ["conv", "b"])
    for name, value in model({"x": X}).items():
        np.testing.assert_allclose(value, wanted[name], rtol=1e-5, atol=1e-6)
    assert list(model.output) == ["conv", "b"]
