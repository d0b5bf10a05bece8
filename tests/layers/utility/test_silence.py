"""Tests of Silence, which only takes blobs away from the outputs."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from oracle_case import save_and_load

from owltf.testing import net_of

NET = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
    layer { name: "y" type: "Input" top: "y" input_param { shape { dim: 2 } } }
    layer { name: "relu" type: "ReLU" bottom: "x" top: "relu" }
    layer { name: "fc" type: "InnerProduct" bottom: "x" top: "fc"
      inner_product_param { num_output: 2 } }
    layer { name: "quiet" type: "Silence" bottom: "y" bottom: "fc" }
"""


def test_its_bottoms_are_no_outputs() -> None:
    net = net_of(NET)
    assert net.outputs == ("relu",)
    x = np.array([[1, -1, 2], [-3, 4, 0]])
    tops = net.forward({"x": x, "y": np.zeros(2)})
    np.testing.assert_array_equal(tops["relu"], np.maximum(x, 0))
    assert list(tops) == ["relu"]


def test_its_bottoms_can_still_be_read() -> None:
    feeds = {"x": np.ones((2, 3)), "y": np.ones(2)}
    assert net_of(NET).forward(feeds, ["fc"])["fc"].shape == (2, 2)


@pytest.mark.skipif(
    version("keras") < "3.13", reason="Keras 3.12 loads no model with an input that no layer takes"
)
def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(NET), tmp_path)
