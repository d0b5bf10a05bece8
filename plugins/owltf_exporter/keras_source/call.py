"""One call of a Keras layer, and what the layer is given to write it as Python."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from owltf.api import UnsupportedLayerError, calls_in_order
from owltf_exporter.keras_source.literal import literal
from owltf_exporter.keras_source.names import Variables

Shapes = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Call:
    """One call of a layer; the rest is said by `owltf.api.SourceCall`.

    Attributes:
        layer: the Keras layer.
        inputs: the variables it is given.
        outputs: the variables it gives.
        shapes: the shapes of what it is given.
        tops: the shapes of what it gives.
        made: the Keras tensors it gives.
        steps: the expressions that are written in lines of their own before it, by variable.
        texts: the source texts that it needs, as keys in their order.
    """

    layer: Any
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shapes: Shapes
    tops: Shapes
    made: tuple[Any, ...]
    steps: dict[str, str] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)

    @property
    def x(self) -> str:
        """The first variable it is given."""
        return self.inputs[0]

    def literal(self, value: Any) -> str:
        """Return a value as it is written in Python."""
        return literal(value)

    def arguments(self, *values: Any, **options: Any) -> str:
        """Return literals as arguments; an option that is None is left out."""
        named = [f"{name}={literal(each)}" for name, each in options.items() if each is not None]
        return ", ".join([*map(literal, values), *named])

    def unless(self, value: Any, usual: Any) -> Any:
        """Return a value, None where it is the usual one."""
        return None if value == usual else value

    def layer_call(self, kind: str, *values: Any, x: str | None = None, **options: Any) -> str:
        """Return the call of a Keras layer, on a variable or on all that this call is given."""
        given = self.x if len(self.inputs) == 1 else f"[{', '.join(self.inputs)}]"
        return f"{kind}({self.arguments(*values, **options, name=self.layer.name)})({x or given})"

    def step(self, expression: str) -> str:
        """Write an expression in a line of its own, before this one; return its variable."""
        variable = f"x{len(self.steps) + 1}" if self.steps else "x"
        self.steps[variable] = expression
        return variable

    def need(self, text: str) -> None:
        """Let the program have a function or a class of which this is the source text."""
        self.texts[text] = None

    def unsupported(self, what: str) -> UnsupportedLayerError:
        """Return the error for what plain Keras lacks."""
        return UnsupportedLayerError(what)


def calls_of(model: Any, taken: Collection[str]) -> list[Call]:
    """Return the calls that a functional model is made of, in the order they were made.

    Args:
        model: the model.
        taken: names that no variable may have.
    """
    variables, calls = Variables(taken), []
    for layer, inputs, outputs in calls_in_order(model):
        call = Call(
            layer=layer,
            inputs=tuple(variables.of(tensor) for tensor in inputs),
            outputs=variables.name(outputs, layer.name),
            shapes=tuple(tuple(tensor.shape) for tensor in inputs),
            tops=tuple(tuple(tensor.shape) for tensor in outputs),
            made=outputs,
        )
        calls.append(call)
    return calls
