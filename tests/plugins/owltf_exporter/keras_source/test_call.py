"""A call gives layers what they write themselves with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest
from owltf_exporter.keras_source.call import Call
from strange_layer import check_program, exported

from owltf.api import SourceCall, UnsupportedLayerError


class Steps(keras.layers.Layer):
    """x² + |x|, written in three lines."""

    def call(self, inputs: Any) -> Any:
        return keras.ops.square(inputs) + keras.ops.absolute(inputs)

    def source(self, call: SourceCall) -> str:
        square = call.step(f"ops.square({call.x})")
        size = call.step(f"ops.absolute({call.x})")
        return f"{square} + {size}"


def call_of(*inputs: str) -> Call:
    """Return a call of a layer named `fc`."""
    return Call(keras.layers.Dense(2, name="fc"), inputs, ("fc",), ((None, 3),), ((None, 2),), ())


def test_arguments_are_literals() -> None:
    written = call_of("x").arguments(1, (2, 3), "a", size=0.5, pad=None, flag=False)
    assert written == '1, (2, 3), "a", size=0.5, flag=False'


def test_the_usual_value_is_left_out() -> None:
    call = call_of("data")
    assert call.arguments(groups=call.unless(1, 1), dilation=call.unless(2, 1)) == "dilation=2"


def test_a_layer_is_called_under_its_name() -> None:
    call = call_of("data")
    assert call.layer_call("layers.Dense", 2) == 'layers.Dense(2, name="fc")(data)'
    assert call.layer_call("layers.Dense", 2, x="x") == 'layers.Dense(2, name="fc")(x)'


def test_several_inputs_are_a_list() -> None:
    assert call_of("a", "b").layer_call("layers.Add") == 'layers.Add(name="fc")([a, b])'


def test_what_plain_keras_lacks_is_an_error() -> None:
    with pytest.raises(UnsupportedLayerError, match="^axis: 0$"):
        raise call_of("data").unsupported("axis: 0")


def test_a_source_in_steps(tmp_path: Path) -> None:
    text = check_program(exported(Steps), tmp_path)
    assert "    x = ops.square(bottom0)\n    x2 = ops.absolute(bottom0)\n" in text


def test_steps_spare_the_variables_of_layers_that_are_called_so(tmp_path: Path) -> None:
    more = """
layer { name: "x2" type: "Power" bottom: "bottom0" top: "x2" power_param { power: 2 } }
layer { name: "s" type: "Strange" bottom: "layer" top: "s" }
layer { name: "y" type: "Eltwise" bottom: "s" bottom: "x2" top: "y" }
""".replace('"layer"', '"top0"')
    check_program(exported(Steps, more=more), tmp_path)
