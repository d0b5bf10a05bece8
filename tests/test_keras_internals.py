"""What owltf takes from Keras by private names is there, and is what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from owltf.keras_internals import (
    Remade,
    VariableOfAnother,
    WholeStepOptimizer,
    calls_in_order,
    flat_call,
    layers_before,
    model_between,
    rewired,
    track_weight,
)
from owltf.runtime.compiled import compiled
from owltf.runtime.devices import choose_devices
from owltf.runtime.replicas import replica_number, sum_over_replicas


class Recorder(WholeStepOptimizer):
    """Subtracts gradients, and keeps what it was given."""

    def __init__(self) -> None:
        super().__init__(0.5)
        self.seen: list[Any] = []

    def summed(self, gradients: list[Any]) -> list[Any]:
        self.seen.append(("summed", len(gradients)))
        return list(sum_over_replicas(gradients))

    def update(self, variable: Any, gradient: Any, rate: Any, index: int) -> None:
        self.seen.append(("update", index))
        variable.assign_sub(rate * gradient)


def variables() -> list[keras.Variable]:
    return [keras.Variable(np.zeros(2, np.float32)) for _ in range(3)]


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
        (
            keras.optimizers.Optimizer,
            "_backend_update_step",
            "Keras does not call it, and would clip gradients before they are added up",
        ),
        (
            keras.optimizers.Optimizer,
            "_get_variable_index",
            "no solver finds the history, lr_mult and decay_mult of a variable",
        ),
        (
            tf.__internal__.distribute.interim,
            "maybe_merge_call",
            "several replicas cannot update their variables",
        ),
    ],
)
def test_a_private_name_has_not_moved(owner: Any, name: str, breaks: str) -> None:
    assert hasattr(owner, name), (
        f"{owner.__name__} has no {name} any more; without it {breaks}: mend "
        f"owltf/keras_internals.py"
    )


def test_all_gradients_come_before_the_first_update() -> None:
    made, optimizer = variables(), Recorder()
    optimizer.build(made)
    optimizer.apply([tf.fill((2,), value) for value in (1.0, 2.0, 3.0)])
    assert optimizer.seen == [("summed", 3), *(("update", index) for index in range(3))], (
        "Optimizer.apply of Keras no longer ends in _backend_update_step: solvers would sum and "
        "clip gradients in Keras's order, not in Caffe's"
    )
    assert [each.numpy()[0] for each in made] == [-0.5, -1, -1.5]


def test_a_variable_keeps_its_index_among_fewer() -> None:
    made, optimizer = variables(), Recorder()
    optimizer.build(made)
    optimizer.apply([tf.ones(2), tf.ones(2)], [made[2], made[0]])
    assert optimizer.seen[1:] == [("update", 2), ("update", 0)], (
        "_get_variable_index of Keras no longer gives a variable's place among those that the "
        "optimizer was built with: solvers would take another variable's history"
    )


def test_every_replica_updates_its_variable() -> None:
    devices = choose_devices(cpu_replicas=2)
    with devices.scope():
        made, optimizer = variables(), Recorder()
        optimizer.build(made)

    def step() -> None:
        optimizer.apply([tf.fill((2,), replica_number() + 1.0)] * 3)

    compiled(lambda: devices.run(step))()
    values = [each.numpy().tolist() for one in made for each in devices.parts(one.value)]
    assert values == [[-1.5, -1.5]] * 6, (
        "maybe_merge_call of TensorFlow no longer lets each replica update its own variables once"
    )


@pytest.mark.parametrize(
    ("owner", "name", "breaks"),
    [
        (MODEL, "_nodes_by_depth", "`owltf export` writes no Keras program"),
        (MODEL.inputs[0], "_keras_history", "nets with Python layers are not built"),
        (LAYERS["wide"], "_inbound_nodes", "nets with Python layers are not built"),
        (LAYERS["wide"], "_track_variable", "layers with shared params are not built"),
        *(
            (keras.Variable, name, "nets with transposed weights are not saved by TensorFlow")
            for name in vars(VariableOfAnother)
            if name.startswith("_") and not name.startswith("__")
        ),
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


def test_a_variable_from_elsewhere_is_a_weight_in_its_turn() -> None:
    layer, elsewhere = keras.layers.Layer(), keras.Variable([1.0], name="elsewhere")
    first = layer.add_weight(shape=(1,))
    track_weight(layer, elsewhere)
    layer.kept = [layer.add_weight(shape=(1,)), elsewhere]
    assert [id(each) for each in layer.weights[:2]] == [id(first), id(elsewhere)]
    assert len(layer.weights) == 3


def test_tensorflow_saves_the_other_variable(tmp_path: Path) -> None:
    class Doubled(VariableOfAnother):
        @property
        def value(self) -> Any:
            return 2 * super().value

    module = tf.Module()
    held = keras.Variable([1.0, 2.0])
    module.both = [held, Doubled(held, name="doubled")]
    module.run = tf.function(lambda: module.both[1] + 0, input_signature=[])
    tf.saved_model.save(module, str(tmp_path))
    assert tf.saved_model.load(str(tmp_path)).run().numpy().tolist() == [2.0, 4.0]


def test_an_input_that_nothing_takes_may_be_an_output() -> None:
    x, unused = keras.Input((2,)), keras.Input((3,))
    model = model_between([x, unused], {"x": x})
    assert model([np.ones((1, 2)), np.ones((1, 3))])["x"].numpy().tolist() == [[1, 1]]


def test_a_model_is_rewired_from_the_changed_tensor_on() -> None:
    x = keras.Input((2,))
    first = keras.layers.Activation("relu", name="first")(x)
    changed = keras.layers.Activation("tanh", name="gone")(first)
    last = keras.layers.Add(name="last")([changed, first])
    model = keras.Model(x, {"y": last, "kept": first})
    remade = {id(changed): Remade((first,), lambda now: 10.0 * now[0])}
    outputs = rewired(model, {"y": last, "kept": first}, remade)
    assert outputs["kept"] is first, "layers before the change would be called twice"
    other = keras.Model(x, outputs)
    assert "gone" not in [layer.name for layer in other.layers]
    assert other(np.array([[-1.0, 2.0]]))["y"].numpy().tolist() == [[0, 22]]


@pytest.mark.parametrize("by_xla", [False, True])
def test_a_concrete_function_is_called_flat(by_xla: bool) -> None:
    variable = tf.Variable(2.0)
    function = compiled(lambda pair: {"b": pair[0] * variable, "a": pair[1]}, by_xla=by_xla)
    run = flat_call(function.get_concrete_function([tf.TensorSpec(()), tf.TensorSpec(())]))
    assert [each.numpy() for each in run([tf.constant(3.0), tf.constant(4.0)])] == [4, 6], (
        "AtomicFunction.call_flat of TensorFlow has changed: nets do not answer"
    )
    variable.assign(5.0)
    assert run([tf.constant(3.0), tf.constant(4.0)])[1].numpy() == 15
