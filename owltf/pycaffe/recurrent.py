"""RecurrentStarts: what recurrent layers carried into a pass, so that it can be repeated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from owltf.keras_internals import layers_before
from owltf.net.net import Net


class RecurrentStarts:
    """The states of a net's recurrent layers before its last forward pass.

    Args:
        net: the net.
    """

    def __init__(self, net: Net) -> None:
        tensors = [net.blobs[name].tensor for name in net.outputs]
        layers = {each for tensor in tensors for each in layers_before(tensor)}
        states = (getattr(layer, "recurrent_state", None) for layer in layers)
        self._variables = [each for state in states if state for each in state.variables]
        self._starts: list[Any] = []

    def note(self) -> None:
        """Note the states before a forward pass."""
        self._starts = [variable.read_value() for variable in self._variables]

    @contextmanager
    def repeated(self) -> Iterator[None]:
        """Give the layers the noted states inside; a pass leaves them where the last one did."""
        kept = [variable.read_value() for variable in self._variables]
        for variable, start in zip(self._variables, self._starts, strict=False):
            variable.assign(start)
        try:
            yield
        finally:
            for variable, value in zip(self._variables, kept, strict=True):
                variable.assign(value)
