"""What libraries raise in a pass is one line that names the layer; OWLTF_DEBUG shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from small_nets import build, inner_product, input_text

from owltf.errors import OwltfError
from owltf.layers.activation.exp import ScaledExp
from owltf.net.net import Net
from owltf.net.pass_errors import pass_errors

EXP = 'layer { name: "exp" type: "Exp" bottom: "x" top: "exp" }\n'


def net() -> Net:
    return build(f"{input_text('x', 2, 4)}{EXP}{inner_product('ip', 'x', 'ip')}")


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> Net:
    def fail(self: Any, inputs: Any) -> None:
        raise error

    made = net()
    monkeypatch.setattr(ScaledExp, "call", fail)
    return made


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MemoryError(), "more memory is needed than there is"),
        (ValueError("no such axis\nmore"), "no such axis"),
        (OverflowError("math range error"), "OverflowError: math range error (OWLTF_DEBUG=1 shows"),
        (KeyError("x"), "KeyError: x (OWLTF_DEBUG=1 shows"),
        (IndexError("out"), "IndexError: out (OWLTF_DEBUG=1 shows"),
    ],
)
def test_what_python_raises(error: Exception, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OwltfError) as raised:
        failing(monkeypatch, error).forward({"x": np.ones((2, 4))})
    assert str(raised.value).startswith(f"Exp layer 'exp' (<text>:2) cannot be computed: {line}")
    assert "\n" not in str(raised.value)


def test_debugging_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWLTF_DEBUG", "1")
    with pytest.raises(OverflowError):
        failing(monkeypatch, OverflowError("x")).forward({"x": np.ones((2, 4))})


def test_the_layer_of_tensorflows_operation_is_named() -> None:
    error = tf.errors.ResourceExhaustedError(
        None, None, "Graph execution error:\n\nOOM when allocating [[{{node net_1/ip_1/MatMul}}]]"
    )
    with pytest.raises(OwltfError) as raised, pass_errors("net 'n'", net().owners):
        raise error
    assert str(raised.value) == (
        "InnerProduct layer 'ip' (<text>:3) cannot be computed: more memory is needed than there "
        "is: OOM when allocating [[{{node net_1/ip_1/MatMul}}]]"
    )


def test_other_errors_pass_through() -> None:
    with pytest.raises(RuntimeError), pass_errors("net", {}):
        raise RuntimeError("a defect")
    with pytest.raises(OwltfError, match="^told$"), pass_errors("net", {}):
        raise OwltfError("told")
