"""A form is written if it computes what TensorFlow does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engine_case import FunctionEngine

from owltf.errors import OwltfError
from owltf.inference.net_form import write_form
from owltf.testing import net_of

NET = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "y" type: "Power" bottom: "x" top: "y" power_param { scale: 2 } }
"""

SOFTMAX = 'layer { name: "prob" type: "Softmax" bottom: "y" top: "prob" }'


def test_a_form_with_the_same_figures_is_written(tmp_path: Path) -> None:
    write_form(FunctionEngine(lambda x: {"y": 2 * x["x"]}), net_of(NET), ["y"], tmp_path / "form")
    assert (tmp_path / "form").read_text() == "y"


@pytest.mark.parametrize("factor", [2.0001, 0, np.nan])
def test_other_figures_are_refused(tmp_path: Path, factor: float) -> None:
    engine = FunctionEngine(lambda x: {"y": np.float32(factor) * x["x"]})
    with pytest.raises(OwltfError, match="function gives other figures than TensorFlow for 'y'"):
        write_form(engine, net_of(NET), ["y"], tmp_path / "form")


def test_figures_may_differ_as_a_rounding_of_the_inputs_makes_them(tmp_path: Path) -> None:
    steep = NET.replace("scale: 2", "scale: 3000") + SOFTMAX

    def other_sums(x: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        scores = 3000 * np.nextafter(x["x"], np.float32(np.inf)).astype(np.float64)
        powers = np.exp(scores - scores.max(1, keepdims=True))
        return {"prob": (powers / powers.sum(1, keepdims=True)).astype(np.float32)}

    net = net_of(steep)
    x = {"x": np.float32([[200.0001, 200.0002, 200], [1, 2, 3]])}
    assert np.abs(net.forward(x)["prob"] - other_sums(x)["prob"]).max() > 1e-5
    write_form(FunctionEngine(other_sums), net, ["prob"], tmp_path / "form")


def test_another_shape_is_refused(tmp_path: Path) -> None:
    engine = FunctionEngine(lambda x: {"y": 2 * x["x"][:1]})
    with pytest.raises(OwltfError, match="other figures"):
        write_form(engine, net_of(NET), ["y"], tmp_path / "form")


def test_what_the_engine_cannot_write_is_said(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match="^no function$"):
        write_form(FunctionEngine(), net_of(NET), ["y"], tmp_path / "form")
