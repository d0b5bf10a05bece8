"""What owltf takes from Keras by private names is there, and is what it was."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from owltf.keras_internals import calls_in_order, layers_before


def two_paths() -> tuple[Any, dict[str, Any]]:
    """Return a model whose second layer is called twice, and its layers by name."""
    x = keras.Input((4,), name="x")
    narrow, wide = keras.layers.Dense(3, name="narrow"), keras.layers.Dense(4, name="wide")
    first = wide(x)
    second = wide(first)
    join = keras.layers.Concatenate(name="join")
    model = keras.Model(x, {"y": narrow(join([second, first]))})
    return model, {layer.name: layer for layer in model.layers}


MODEL, LAYERS = two_paths()


@pytest.mark.parametrize(
    ("owner", "name", "breaks"),
    [
        (MODEL, "_nodes_by_depth", "`owltf export` writes no Keras program"),
        (MODEL.inputs[0], "_keras_history", "nets with Python layers are not built"),
        (LAYERS["wide"], "_inbound_nodes", "nets with Python layers are not built"),
    ],
)
def test_a_private_name_of_models_has_not_moved(owner: Any, name: str, breaks: str) -> None:
    assert hasattr(owner, name), (
        f"{type(owner).__name__} has no {name} any more; without it {breaks}: mend "
        f"owltf/keras_internals.py"
    )


def test_calls_come_in_the_order_they_were_made() -> None:
    calls = calls_in_order(MODEL)
    assert [call.layer.name for call in calls] == ["x", "wide", "wide", "join", "narrow"], (
        "the numbers that Keras gives its tensors no longer grow: a program's lines are in disorder"
    )
    assert all(call.layer is LAYERS[call.layer.name] for call in calls)


def test_calls_know_their_tensors() -> None:
    x, first, second, join, last = calls_in_order(MODEL)
    assert x.inputs == ()
    assert x.outputs == (MODEL.inputs[0],)
    assert first.inputs == x.outputs
    assert second.inputs == first.outputs
    assert join.inputs == (*second.outputs, *first.outputs)
    assert last.outputs == (MODEL.output["y"],)


def test_operations_are_calls_too() -> None:
    x = keras.Input((4,))
    operation = calls_in_order(keras.Model(x, keras.ops.square(x)))[1].layer
    assert type(operation).__name__ == "Square"


def test_layers_before_a_tensor_are_told_once() -> None:
    found = list(layers_before(MODEL.output["y"]))
    assert found[0] is LAYERS["narrow"]
    assert sorted(layer.name for layer in found) == ["join", "narrow", "wide", "x"]


def test_layers_after_a_tensor_are_not_told() -> None:
    assert [layer.name for layer in layers_before(MODEL.inputs[0])] == ["x"]
