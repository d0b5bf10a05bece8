"""Calls: how a Keras model was put together, one call of a layer after the other."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from owltf_exporter.keras_program import parts

# What the program itself calls by name.
_TAKEN = {"Path", "build", "keras", "layers", "load", "model", "np", "ops", "weights", "x"} | {
    name for text in parts.TEXTS for name in re.findall(r"^(?:def|class) (\w+)", text, re.M)
}


@dataclass(frozen=True)
class Call:
    """One call of a layer.

    Attributes:
        layer: the Keras layer.
        inputs: the variables it is given.
        outputs: the variables it gives.
        shapes: the shapes of what it is given.
        tops: the shapes of what it gives.
        made: the Keras tensors it gives.
    """

    layer: Any
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shapes: tuple[tuple[Any, ...], ...]
    tops: tuple[tuple[Any, ...], ...]
    made: tuple[Any, ...]

    @property
    def kind(self) -> str:
        """The layer's class."""
        return type(self.layer).__name__

    @property
    def config(self) -> dict[str, Any]:
        """The layer's arguments."""
        return dict(self.layer.get_config())

    @property
    def x(self) -> str:
        """The first variable it is given."""
        return self.inputs[0]

    @property
    def top(self) -> str:
        """The first variable it gives."""
        return self.outputs[0]


@dataclass
class Variables:
    """Names of Python for the tensors of a model, each its own."""

    _names: dict[int, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=lambda: set(_TAKEN))

    def of(self, tensor: Any) -> str:
        """Return the name of a tensor seen before."""
        return self._names[id(tensor)]

    def name(self, tensors: Sequence[Any], layer: str) -> tuple[str, ...]:
        """Name what a layer gives, after the layer."""
        stem = _identifier(layer)
        stems = [stem] if len(tensors) == 1 else [f"{stem}_{i}" for i in range(len(tensors))]
        return tuple(self._name(t, s) for t, s in zip(tensors, stems, strict=True))

    def _name(self, tensor: Any, stem: str) -> str:
        name, count = stem, 1
        while name in self._taken:
            count += 1
            name = f"{stem}_{count}"
        self._taken.add(name)
        self._names[id(tensor)] = name
        return name


def _identifier(text: str) -> str:
    name = re.sub(r"\W+", "_", text).strip("_") or "x"
    name = f"layer_{name}" if name[0].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) else name


def calls_of(model: Any) -> Iterator[Call]:
    """Yield the calls that a functional model is made of, in the order they were made."""
    variables = Variables()
    nodes = [node for depth in model._nodes_by_depth.values() for node in depth]
    for node in sorted(nodes, key=_made_at):
        inputs = tuple(variables.of(tensor) for tensor in node.input_tensors)
        yield Call(
            layer=node.operation,
            inputs=inputs,
            outputs=variables.name(node.outputs, node.operation.name),
            shapes=tuple(tuple(tensor.shape) for tensor in node.input_tensors),
            tops=tuple(tuple(tensor.shape) for tensor in node.outputs),
            made=tuple(node.outputs),
        )


def _made_at(node: Any) -> int:
    """Return a number that grows with each tensor that Keras makes; inputs come first."""
    if not node.input_tensors:
        return -1
    number = re.search(r"(\d+)$", node.outputs[0].name)
    return int(number[1]) if number else 0
