"""The private names of Keras that owltf uses, each behind a function of its own."""

from __future__ import annotations

import re
import threading
import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import keras
import tensorflow as tf
from tensorflow.python.eager import context as eager_context, execute
from tensorflow.python.framework import ops
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2


class WholeStepOptimizer(keras.optimizers.Optimizer):
    """A Keras optimizer that is given all gradients of a step before any variable changes.

    Keras adds each gradient up over the replicas and hands it to `update_step`, one by one, when
    its own clipping is done. A rule that clips the sums, as Caffe's does, must come in between.
    """

    @abstractmethod
    def summed(self, gradients: list[Any]) -> list[Any]:
        """Return the gradients to apply, the same on every replica.

        Args:
            gradients: this replica's own, one for each variable.
        """

    def step_rate(self, rate: Any) -> Any:
        """Return the rate of this step; a rule that depends on the step's number changes it."""
        return rate

    @abstractmethod
    def update(self, variable: Any, gradient: Any, rate: Any, index: int) -> None:
        """Change one variable.

        Args:
            variable: the variable, of the replica that is updated.
            gradient: its gradient, of `summed`.
            rate: the learning rate, of `step_rate`.
            index: the variable's position among those that the optimizer was built with.
        """

    def _backend_update_step(
        self, grads: Sequence[Any], trainable_variables: Sequence[Any], learning_rate: Any
    ) -> None:
        indices = [self._get_variable_index(each) for each in trainable_variables]
        variables = [getattr(each, "value", each) for each in trainable_variables]
        updates = list(zip(variables, self.summed(list(grads)), indices, strict=True))
        # Variables are updated outside the replicas' functions where the strategy wants that.
        tf.__internal__.distribute.interim.maybe_merge_call(
            self._update_each,
            tf.distribute.get_strategy(),
            updates,
            self.step_rate(learning_rate),
        )

    def _update_each(
        self, strategy: Any, updates: Sequence[tuple[Any, Any, int]], rate: Any
    ) -> None:
        for variable, gradient, index in updates:
            strategy.extended.update(
                variable, self.update, args=(gradient, rate, index), group=False
            )


class KerasCall(NamedTuple):
    """One call of a layer in a functional model.

    Attributes:
        layer: the Keras layer, or the operation of `keras.ops`.
        inputs: the Keras tensors that it is given.
        outputs: those that it gives.
    """

    layer: Any
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]


def calls_in_order(model: Any) -> list[KerasCall]:
    """Return the calls that a functional model is made of, in the order in which they were made."""
    nodes = [node for depth in model._nodes_by_depth.values() for node in depth]
    return [
        KerasCall(node.operation, tuple(node.input_tensors), tuple(node.outputs))
        for node in sorted(nodes, key=_made_at)
    ]


def run_in_order_made(model: Any) -> Any:
    """Return a functional model after making it call its layers in the order they were added.

    Keras goes by the distance from the outputs. So layers that change one variable, as shared
    statistics are changed, would do it in another order than the net's.

    Args:
        model: the model; it is changed.
    """
    nodes = [node for depth in model._nodes_by_depth.values() for node in depth]
    ordered = sorted(nodes, key=_made_at)
    # The largest depth is called first.
    model._nodes_by_depth = {len(nodes) - place: [node] for place, node in enumerate(ordered)}
    return model


def _made_at(node: Any) -> int:
    """Return a number that grows with each tensor that Keras makes; inputs come first."""
    if not node.input_tensors:
        return -1
    # A model between tensors in the middle of another one has clones of them.
    number = re.search(r"(\d+)(_?clone)*$", node.outputs[0].name, re.IGNORECASE)
    return int(number[1]) if number else 0


class Remade(NamedTuple):
    """Another way to make one Keras tensor of a functional model.

    Attributes:
        inputs: the Keras tensors of the model that it is made from.
        make: makes it from those tensors as they are in the new model.
    """

    inputs: tuple[Any, ...]
    make: Callable[[Sequence[Any]], Any]


def rewired(model: Any, outputs: Any, remade: Mapping[int, Remade]) -> Any:
    """Return what a functional model's outputs are where some of its tensors are made otherwise.

    Calls that nothing needs any more are left out; those before the first change are kept.

    Args:
        model: the model.
        outputs: its outputs, in any structure.
        remade: by the `id` of a Keras tensor of the model, how it is made instead.
    """
    nodes = sorted(
        (each for depth in model._nodes_by_depth.values() for each in depth), key=_made_at
    )
    makers = {id(tensor): node for node in nodes for tensor in node.outputs}
    needed = _needed(keras.tree.flatten(outputs), makers, remade)
    now: dict[int, Any] = {}
    for node in nodes:
        for tensor in node.outputs:
            other = remade.get(id(tensor))
            if other is not None and id(tensor) in needed:
                now[id(tensor)] = other.make([now[id(each)] for each in other.inputs])
        if any(id(tensor) in needed and id(tensor) not in now for tensor in node.outputs):
            now.update(_called_again(node, now))
    return keras.tree.map_structure(lambda tensor: now[id(tensor)], outputs)


def _needed(
    outputs: Sequence[Any], makers: Mapping[int, Any], remade: Mapping[int, Remade]
) -> set[int]:
    """Return the `id`s of the tensors that outputs are computed from, and their own."""
    needed, left = set(), list(outputs)
    while left:
        tensor = left.pop()
        if id(tensor) not in needed:
            needed.add(id(tensor))
            other = remade.get(id(tensor))
            left += makers[id(tensor)].input_tensors if other is None else other.inputs
    return needed


def _called_again(node: Any, now: Mapping[int, Any]) -> dict[int, Any]:
    """Return the outputs of a call by `id`, made anew if what it is given has changed."""
    same = all(now[id(tensor)] is tensor for tensor in node.input_tensors)
    made = node.outputs
    if not same:
        args, kwargs = node.arguments.fill_in(now)
        made = keras.tree.flatten(node.operation(*args, **kwargs))
    return {id(tensor): each for tensor, each in zip(node.outputs, made, strict=True)}


def outputs_of(model: Any) -> Any:
    """Return the Keras tensors that a functional model gives, in the structure it gives them in."""
    return model._outputs_struct


def flat_call(concrete: Any) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what calls a concrete function on tensors without checks, and gives it flat results.

    It takes about a third of the time of a call by the public way, which matters to small nets.

    Args:
        concrete: a `tf.ConcreteFunction`.
    """
    run, captured = concrete._inference_function.call_flat, concrete.captured_inputs
    # A function of effects alone returns None.
    return lambda tensors: tuple(run(*tensors, *captured) or ())


def array_call(concrete: Any) -> Callable[[Sequence[Any]], list[Any]]:
    """Return what calls a concrete function on NumPy arrays and gives it a list of arrays.

    It takes about half the time of `flat_call`, which matters to small nets. While a call lasts,
    its tensors share the arrays' memory, so the function must not keep them in variables.

    Args:
        concrete: a `tf.ConcreteFunction` that may be called twice for once, should it fail.
    """
    flat, captured = flat_call(concrete), list(concrete.captured_inputs)
    name, count = concrete.name.decode(), len(concrete.outputs)
    context = eager_context.context()
    options = context.function_call_options.as_attrs()
    attributes = tuple(each for pair in options.items() for each in pair)
    device = context.device_name

    def run(arrays: Sequence[Any]) -> list[Any]:
        tensors = [ops.EagerTensor(each, device, None) for each in arrays]
        try:
            found = execute.execute(name, count, [*tensors, *captured], attributes, context)
        except tf.errors.OpError:
            # This way says where in the net the error is.
            found = flat(tensors)
        return [each.numpy() for each in found]

    return run


def frozen(concrete: Any) -> Any:
    """Return a concrete function that has the values of another's variables as constants."""
    return convert_variables_to_constants_v2(concrete)


class _Uses(threading.local):
    is_reading = False


_uses = _Uses()


@contextmanager
def only_reading() -> Iterator[None]:
    """Do not tell of variables whose handles are asked for inside, by this thread."""
    before, _uses.is_reading = _uses.is_reading, True
    try:
        yield
    finally:
        _uses.is_reading = before


def tell_of_uses(variable: Any, tell: Callable[[Any], None]) -> bool:
    """Have a function called before a variable is used for anything but to read it.

    Whatever changes a TensorFlow variable asks for its `handle` first, in Python.

    Args:
        variable: the `tf.Variable`.
        tell: is called with the variable.

    Returns:
        Whether that will be; a variable of several devices has no handle of its own.
    """
    kind: Any = type(variable)
    if kind.__name__ != "ResourceVariable":
        return False
    if not isinstance(variable, _TellsOfUses):
        variable.__class__ = _telling(kind)
    variable.tell_of_use = tell
    return True


class _TellsOfUses:
    tell_of_use: Callable[[Any], None]

    @property
    def handle(self) -> Any:
        if not _uses.is_reading:
            self.tell_of_use(self)
        return super().handle  # type: ignore[misc]

    def _read_variable_op(self, *args: Any, **kwargs: Any) -> Any:
        with only_reading():
            return super()._read_variable_op(*args, **kwargs)  # type: ignore[misc]


@cache
def _telling(kind: Any) -> Any:
    return type(kind)(kind.__name__, (_TellsOfUses, kind), {"__module__": kind.__module__})


def layers_before(tensor: Any) -> Iterator[Any]:
    """Yield the layers that a Keras tensor comes from, each once, from the last to the first."""
    seen, left = set(), [tensor]
    while left:
        layer = left.pop()._keras_history.operation
        if layer not in seen:
            seen.add(layer)
            yield layer
            left += [each for node in layer._inbound_nodes for each in node.input_tensors]


def track_weight(layer: Any, variable: Any) -> None:
    """Count a variable that was made elsewhere among a Keras layer's weights, in its turn."""
    layer._track_variable(variable)


class VariableOfAnother(keras.Variable):
    """A Keras variable whose values another one holds; TensorFlow saves that one.

    Without this TensorFlow would ask `value`, which a subclass computes, to save itself.

    Args:
        variable: the variable that holds the values.
        **kwargs: `name`, `trainable` and so on, as for every Keras variable.
    """

    def __init__(self, variable: Any, **kwargs: Any) -> None:
        self.variable = variable
        super().__init__(variable.value, **kwargs)

    @property
    def _shared_name(self) -> Any:
        return self.variable._shared_name

    def _serialize_to_tensors(self) -> Any:
        return self.variable._serialize_to_tensors()

    def _restore_from_tensors(self, restored_tensors: Any) -> Any:
        return self.variable._restore_from_tensors(restored_tensors)

    def _export_to_saved_model_graph(self, object_map: Any, *args: Any, **kwargs: Any) -> Any:
        resources = self.variable._export_to_saved_model_graph(object_map, *args, **kwargs)
        object_map[self] = object_map[self.variable]
        return resources

    def _write_object_proto(self, *args: Any) -> Any:
        return self.variable._write_object_proto(*args)


def take_inputs(inputs: Any) -> dict[int, Any]:
    """Give each input that no layer takes a layer that does, and return what it makes, by id."""
    passed = {}
    for tensor in keras.tree.flatten(inputs):
        operation = tensor._keras_history.operation
        if operation and not operation._outbound_nodes:
            passed[id(tensor)] = keras.layers.Identity()(tensor)
    return passed


def model_between(inputs: Any, outputs: Any, **options: Any) -> Any:
    """Return a `keras.Model` from inputs to outputs, where no layer may take one of the inputs.

    Keras 3.12, the last version for Python 3.10, refuses an input that nothing takes. Where such an
    input is an output too, the model passes it on by a layer, which is saved with it.
    """
    passed = take_inputs(inputs)
    outputs = keras.tree.map_structure(lambda each: passed.get(id(each), each), outputs)
    with inputs_by_blob():
        return keras.Model(inputs, outputs, **options)


@contextmanager
def inputs_by_blob() -> Iterator[None]:
    """Keep Keras from warning of inputs whose names in a model are not those of their tensors.

    They are the blobs' names, which Keras cannot always have; it would print them as they are.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "When providing `inputs` as a dict", UserWarning)
        yield


def model_from(inputs: Any, outputs: Any, **options: Any) -> Any:
    """Return a `keras.Model` from tensors that layers make, and from inputs, to outputs.

    Args:
        inputs: a dict of Keras tensors.
        outputs: what is made from them.
        **options: the model's name, as for `keras.Model`.
    """
    taken: set[int] = set()

    def once(tensor: Any) -> Any:
        # Keras copies each output, and knows the last copy of a tensor alone.
        is_new = id(tensor) not in taken
        taken.add(id(tensor))
        return tensor if is_new else keras.layers.Identity()(tensor)

    outputs = keras.tree.map_structure(once, outputs)
    return model_between(inputs, outputs, **options)
