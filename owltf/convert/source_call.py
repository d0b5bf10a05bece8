"""How a Keras layer is written as a call in a program that has Keras alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from owltf.convert.keras_classes import keras_classes

Shape = tuple[Any, ...]


class SourceCall(Protocol):
    """One call of a Keras layer, while `owltf export` writes the net as a Keras program.

    A Keras layer's class says by a method `source` how it is written, as an expression:

        def source(self, call: SourceCall) -> str:
            return f"ops.clip({call.x}, {call.arguments(self.low, self.high)})"

    The program has `keras`, Keras's `layers` and `ops`, and `np`; it has no owltf. Where the layer
    is written as a Keras layer with weights, those have the names and shapes of its own, or else a
    method `source_weights(self)` returns the arrays of the plain layer by their names there.
    """

    @property
    def x(self) -> str:
        """The first variable that the layer is given."""

    @property
    def inputs(self) -> Sequence[str]:
        """All variables that it is given."""

    @property
    def shapes(self) -> Sequence[Shape]:
        """The shapes of what it is given, the batch open."""

    @property
    def tops(self) -> Sequence[Shape]:
        """The shapes of what it gives; an expression of several is a tuple or a list."""

    def literal(self, value: Any) -> str:
        """Return a string, a number, or a list or tuple of some, as it is written in Python."""

    def arguments(self, *values: Any, **options: Any) -> str:
        """Return literals as arguments: `3, "same", groups=2`; an option that is None is left out.

        Args:
            *values: arguments by place.
            **options: arguments by name.
        """

    def unless(self, value: Any, usual: Any) -> Any:
        """Return a value, None where it is the usual one, so that `arguments` leaves it out."""

    def layer_call(self, kind: str, *values: Any, x: str | None = None, **options: Any) -> str:
        """Return the call of a Keras layer, under the name that this one has.

        Args:
            kind: its class as the program knows it: `layers.Dense`, or one that `need` brings.
            *values: the class's arguments by place.
            x: the variable that it is given; all those of this call unless given.
            **options: the class's arguments by name; None leaves one out.
        """

    def step(self, expression: str) -> str:
        """Write an expression in a line of its own, before the layer's; return its variable."""

    def need(self, text: str) -> None:
        """Let the program have a function or a class of which this is the source text.

        Args:
            text: it; what it needs beside the program's own names it imports inside.
        """

    def unsupported(self, what: str) -> Exception:
        """Return the error to raise where plain Keras lacks what this layer does."""


def without_source(converter: Any) -> list[type]:
    """Return the Keras layer classes of a converter that no program of plain Keras can have.

    Keras's own are written by their configuration, others by their method `source`.
    """
    return [
        each
        for each in keras_classes(converter)
        if not each.__module__.startswith("keras.") and not callable(getattr(each, "source", None))
    ]
