"""The interface by which a layer writes itself into an exported program in plain Keras."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Protocol

from owltf.convert.keras_classes import keras_classes

Shape = tuple[Any, ...]


class SourceCall(Protocol):
    """A call of a Keras layer that `owltf export` is writing into a program in plain Keras.

    A Keras layer's method `source` returns the expression that computes it:

        def source(self, call: SourceCall) -> str:
            return f"ops.clip({call.x}, {call.arguments(self.low, self.high)})"

    The program imports `keras`, Keras's `layers` and `ops`, and `np`, but not owltf. If the layer
    is written as a layer of Keras that has weights, they are copied by name; if their names or
    shapes differ, a method `source_weights(self)` returns the arrays by the names in Keras's layer.
    """

    @property
    def x(self) -> str:
        """The program's variable for the layer's first input."""

    @property
    def inputs(self) -> Sequence[str]:
        """The program's variables for all inputs of the layer."""

    @property
    def shapes(self) -> Sequence[Shape]:
        """The shapes of the inputs, the batch open."""

    @property
    def tops(self) -> Sequence[Shape]:
        """The shapes of the outputs; an expression for several is a tuple or a list."""

    def literal(self, value: Any) -> str:
        """Return the Python source of a string, a number, or a list or tuple of some."""

    def arguments(self, *values: Any, **options: Any) -> str:
        """Return the source of a call's arguments, as `3, "same", groups=2`.

        Args:
            *values: positional arguments.
            **options: named arguments; None leaves one out.
        """

    def unless(self, value: Any, usual: Any) -> Any:
        """Return a value, or None if it is the default, so that `arguments` leaves it out."""

    def layer_call(self, kind: str, *values: Any, x: str | None = None, **options: Any) -> str:
        """Return the source of a call of a Keras layer, which gets this layer's name.

        Args:
            kind: its class in the program: `layers.Dense`, or one whose source `need` added.
            *values: positional arguments of the class.
            x: the variable that it is called on; all inputs of this layer unless given.
            **options: named arguments of the class; None leaves one out.
        """

    def step(self, expression: str) -> str:
        """Assign an expression to a new variable, in a line before the layer's; return its name."""

    def need(self, text: str) -> None:
        """Add a function or a class to the program, once.

        Args:
            text: its source, which imports inside it whatever the program does not.
        """

    def unsupported(self, what: str) -> Exception:
        """Return the error to raise where plain Keras cannot compute this layer."""


def plain_source(function: Any) -> str:
    """Return the source of a function that a program copies, without its hints of `Any`."""
    return inspect.getsource(function).replace(": Any", "").replace(" -> Any", "")


def without_source(converter: Any) -> list[type]:
    """Return the Keras layer classes of a converter that have no source in plain Keras.

    Keras's own classes are written by their configuration, others by their method `source`.
    """
    return [
        each
        for each in keras_classes(converter)
        if not each.__module__.startswith("keras.") and not callable(getattr(each, "source", None))
    ]
