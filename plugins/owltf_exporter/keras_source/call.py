"""A call of a Keras layer in the program, as the layer's method `source` receives it."""

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
    """A call of a layer in the program; `owltf.api.SourceCall` describes its methods.

    Attributes:
        layer: the Keras layer.
        inputs: the names of the variables that it is called on.
        outputs: the names of the variables that its results are assigned to.
        shapes: the shapes of its inputs.
        tops: the shapes of its outputs.
        made: the Keras tensors of its outputs.
        steps: the expressions to write in lines of their own before it, by variable.
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
        """The variable for the first input."""
        return self.inputs[0]

    def literal(self, value: Any) -> str:
        """Return the Python source of a value."""
        return literal(value)

    def arguments(self, *values: Any, **options: Any) -> str:
        """Return the source of arguments; a named one that is None is left out."""
        named = [f"{name}={literal(each)}" for name, each in options.items() if each is not None]
        return ", ".join([*map(literal, values), *named])

    def unless(self, value: Any, usual: Any) -> Any:
        """Return a value, or None if it is the default."""
        return None if value == usual else value

    def layer_call(self, kind: str, *values: Any, x: str | None = None, **options: Any) -> str:
        """Return the source of a call of a Keras layer, on a variable or on all inputs."""
        given = self.x if len(self.inputs) == 1 else f"[{', '.join(self.inputs)}]"
        return f"{kind}({self.arguments(*values, **options, name=self.layer.name)})({x or given})"

    def step(self, expression: str) -> str:
        """Assign an expression to a new variable, in a line before the call; return its name."""
        variable = f"x{len(self.steps) + 1}" if self.steps else "x"
        self.steps[variable] = expression
        return variable

    def need(self, text: str) -> None:
        """Add the source of a function or a class to the program, once."""
        self.texts[text] = None

    def unsupported(self, what: str) -> UnsupportedLayerError:
        """Return the error to raise where plain Keras cannot compute the layer."""
        return UnsupportedLayerError(what)


def calls_of(model: Any, taken: Collection[str]) -> list[Call]:
    """Return the layer calls of a functional model, in the order in which they were made.

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
