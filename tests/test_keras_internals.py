"""What owltf takes from Keras by private names is there, and is what it was."""

from __future__ import annotations

import keras

from owltf.keras_internals import calls_in_order, layers_before


def two_paths() -> tuple[keras.Model, dict[str, keras.layers.Layer]]:
    """Return a model whose second layer is called twice, and its layers by name."""
    x = keras.Input((4,), name="x")
    narrow, wide = keras.layers.Dense(3, name="narrow"), keras.layers.Dense(4, name="wide")
    first = wide(x)
    second = wide(first)
    join = keras.layers.Concatenate(name="join")
    model = keras.Model(x, {"y": narrow(join([second, first]))})
    return model, {layer.name: layer for layer in model.layers}


def test_calls_come_in_the_order_they_were_made() -> None:
    """A moved `_nodes_by_depth` or another name of tensors breaks `owltf export net.py`."""
    model, layers = two_paths()
    calls = calls_in_order(model)
    assert [call.layer.name for call in calls] == ["x", "wide", "wide", "join", "narrow"]
    assert all(call.layer is layers[call.layer.name] for call in calls)


def test_calls_know_their_tensors() -> None:
    """Without `input_tensors` and `outputs` of a node no program can be written."""
    model, _ = two_paths()
    x, first, second, join, last = calls_in_order(model)
    assert x.inputs == ()
    assert x.outputs == (model.inputs[0],)
    assert first.inputs == x.outputs
    assert second.inputs == first.outputs
    assert join.inputs == (*second.outputs, *first.outputs)
    assert last.outputs == (model.output["y"],)


def test_operations_are_calls_too() -> None:
    x = keras.Input((4,))
    y = keras.ops.square(x)
    operation = calls_in_order(keras.Model(x, y))[1].layer
    assert type(operation).__name__ == "Square"


def test_layers_before_a_tensor_are_told_once() -> None:
    """A moved `_keras_history` or `_inbound_nodes` breaks nets with Python layers."""
    model, layers = two_paths()
    found = list(layers_before(model.output["y"]))
    assert found[0] is layers["narrow"]
    assert sorted(layer.name for layer in found) == ["join", "narrow", "wide", "x"]


def test_layers_after_a_tensor_are_not_told() -> None:
    model, _ = two_paths()
    assert [layer.name for layer in layers_before(model.inputs[0])] == ["x"]
