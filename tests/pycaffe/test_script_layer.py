"""The objects of a script's Python layers, as its net has them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from script_nets import net_of

import owltf.pycaffe as caffe


class Source(caffe.Layer):
    """A data layer that the script gives its values."""

    def setup(self, bottom: Any, top: Any) -> None:
        self.value = 1

    def set_value(self, value: float) -> None:
        self.value = value

    def reshape(self, bottom: Any, top: Any) -> None:
        top[0].reshape(2, 3)

    def forward(self, bottom: Any, top: Any) -> None:
        top[0].data[...] = self.value


def test_a_script_talks_to_its_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("layers_that_talk")
    module.Source = Source  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    text = """layer { name: "x" type: "Python" top: "x"
        python_param { module: "layers_that_talk" layer: "Source" } }
        layer { name: "y" type: "Power" bottom: "x" top: "y" power_param { scale: 2 } }"""
    net = net_of(tmp_path, text, caffe.TRAIN)
    assert (net.forward()["y"] == 2).all()
    net.layers[0].set_value(5)
    assert (net.forward()["y"] == 10).all()
    assert net.layers[0].value == 5
