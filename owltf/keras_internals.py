"""The private names of Keras that owltf uses, each behind a function of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple


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


def _made_at(node: Any) -> int:
    """Return a number that grows with each tensor that Keras makes; inputs come first."""
    if not node.input_tensors:
        return -1
    number = re.search(r"(\d+)$", node.outputs[0].name)
    return int(number[1]) if number else 0


def layers_before(tensor: Any) -> Iterator[Any]:
    """Yield the layers that a Keras tensor comes from, each once, from the last to the first."""
    seen, left = set(), [tensor]
    while left:
        layer = left.pop()._keras_history.operation
        if layer not in seen:
            seen.add(layer)
            yield layer
            left += [each for node in layer._inbound_nodes for each in node.input_tensors]
