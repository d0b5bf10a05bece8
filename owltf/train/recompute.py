"""A pass forward and backward that holds few blobs, and computes the others a second time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from owltf.errors import OwltfError
from owltf.keras_internals import outputs_of
from owltf.net.model_segments import ModelSegment, split
from owltf.net.net import Net
from owltf.runtime.step import step
from owltf.train.replica_pass import current_pass, objective, own_share

# A Keras tensor's `id`, and its value or the gradient with respect to it.
Values = dict[int, Any]


class RecomputedPass:
    """Computes a TRAIN net's loss and gradients with less memory than a tape needs.

    Forward, only what segments of the net hand on is held. Backward, each segment is computed again
    before its gradients are, from the same draws and the same states; statistics count one pass.

    Args:
        net: the net.
        variables: those whose gradients are wanted.

    Raises:
        OwltfError: if a layer runs code of the user's, or nothing is fed to the net.
    """

    def __init__(self, net: Net, variables: Sequence[Any]) -> None:
        _check(net)
        self._net, self._variables = net, list(variables)
        self._model = net.loss_model
        _, self._losses, _ = outputs_of(self._model)
        self._segments = split(self._model, self._losses)

    def __call__(
        self, batch: Mapping[str, Any], number: Any, factor: Any = None
    ) -> tuple[Any, dict[str, Any], list[Any]]:
        """Return the objective, the outputs, and the gradient of each variable.

        Args:
            batch: this replica's share of the inputs.
            number: a number that is different for each pass of a run.
            factor: what the loss is multiplied by for the gradients.
        """
        with step(current_pass(self._net, number)):
            values = {id(tensor): batch[name] for name, tensor in self._model.input.items()}
            states = [self._forward(segment, values) for segment in self._segments]
            loss, grads = self._of_losses(values, factor)
            totals = self._backward(values, states, grads)
        outputs, _, _ = outputs_of(self._model)
        named = {name: values[id(tensor)] for name, tensor in outputs.items()}
        return loss, named, totals

    def _forward(self, segment: ModelSegment, values: Values) -> list[Any]:
        """Compute a segment, and return the states that it began with."""
        states = [variable.read_value() for variable in _changed(segment)]
        made = segment.model(_given(segment, values), training=True)
        values.update(_by_id(segment.made, made))
        return states

    def _of_losses(self, values: Values, factor: Any) -> tuple[Any, Values]:
        """Return the objective, and its gradient with respect to each loss."""
        losses = [values[id(tensor)] for tensor in self._losses]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(losses)
            loss = objective(self._net, losses)
            share = own_share(loss) if factor is None else own_share(loss) * factor
        return loss, _by_id(self._losses, tape.gradient(share, losses))

    def _backward(self, values: Values, states: Sequence[list[Any]], grads: Values) -> list[Any]:
        totals: list[Any] = [None] * len(self._variables)
        for segment, state in zip(reversed(self._segments), reversed(states), strict=True):
            if any(grads.get(id(tensor)) is not None for tensor in segment.handed_on):
                found = self._segment_gradients(segment, state, values, grads)
                totals = [_sum(a, b) for a, b in zip(totals, found, strict=True)]
        pairs = zip(totals, self._variables, strict=True)
        return [tf.zeros(each.shape) if total is None else total for total, each in pairs]

    def _segment_gradients(
        self, segment: ModelSegment, state: Sequence[Any], values: Values, grads: Values
    ) -> list[Any]:
        """Compute a segment again; add to the gradients of what it takes, return the variables'."""
        ends = [tensor for tensor in segment.handed_on if grads.get(id(tensor)) is not None]
        given = [grads.pop(id(tensor)) for tensor in ends]
        # Not before the gradients are there, or everything would be held at once after all.
        with tf.control_dependencies(given), _in_state(segment, state):
            taken = [tf.identity(value) for value in _given(segment, values)]
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch([*filter(_is_float, taken), *self._variables])
                made = _by_id(segment.handed_on, segment.again(taken, training=True))
            found = tape.gradient(
                [made[id(tensor)] for tensor in ends], [taken, self._variables], given
            )
        for tensor, grad in zip(segment.taken, found[0], strict=True):
            grads[id(tensor)] = _sum(grads.get(id(tensor)), grad)
        return list(found[1])


def _check(net: Net) -> None:
    if not net.input_blobs:
        raise OwltfError(f"--recompute: net '{net.name}' is fed nothing; leave the option out")
    for layer in net.graph.layers:
        converter = net.context.registry.converter(layer.parameter)
        if converter is not None and converter.runs_user_code:
            raise OwltfError(
                f"--recompute: layer '{layer.name}' ({layer.type}) runs code of yours, which may "
                f"give other values when it is run twice; leave the option out"
            )


def _given(segment: ModelSegment, values: Values) -> list[Any]:
    return [values[id(tensor)] for tensor in segment.taken]


def _by_id(tensors: Sequence[Any], values: Any) -> Values:
    flat = tf.nest.flatten(values)
    return {id(tensor): value for tensor, value in zip(tensors, flat, strict=True)}


def _sum(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return one + other


def _is_float(value: Any) -> bool:
    return bool(value.dtype.is_floating)


def _changed(segment: ModelSegment) -> list[Any]:
    """Return the variables that a pass through a segment changes: statistics and states."""
    layers = segment.model.layers
    states = [each.recurrent_state for each in layers if hasattr(each, "recurrent_state")]
    statistics = [each.value for each in segment.model.non_trainable_variables]
    return [*statistics, *(variable for state in states for variable in state.variables)]


@contextmanager
def _in_state(segment: ModelSegment, state: Sequence[Any]) -> Iterator[None]:
    """Give variables the values that the first pass began with; afterwards those it left."""
    variables = _changed(segment)
    left = [variable.read_value() for variable in variables]
    _assign(variables, state)
    yield
    _assign(variables, left)


def _assign(variables: Sequence[Any], values: Sequence[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
