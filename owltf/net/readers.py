"""Readers: which calls of a Keras model read each of its tensors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from owltf.keras_internals import KerasCall, calls_in_order


class Readers:
    """Which calls of a model read each of its Keras tensors."""

    def __init__(self, model: Any) -> None:
        self._made: dict[int, list[KerasCall]] = {}
        self._outputs = {id(tensor) for tensor in model.outputs}
        for call in calls_in_order(model):
            for tensor in call.outputs:
                self._made.setdefault(id(tensor), [])
            for tensor in call.inputs:
                self._made.setdefault(id(tensor), []).append(call)

    def only_reader(self, tensor: Any) -> KerasCall | None:
        """Return the one call that reads a tensor; None if several do, or the model shows it."""
        calls = self._made.get(id(tensor), [])
        return calls[0] if len(calls) == 1 and id(tensor) not in self._outputs else None

    def __contains__(self, tensor: int) -> bool:
        return tensor in self._made

    def only_lead_to(self, tensor: Any, other: Any) -> bool:
        """Return whether a tensor is read on the way to another one, and nowhere else."""
        return any(each is other for each in self._way_from(tensor))

    def _way_from(self, tensor: Any) -> Iterator[Any]:
        """Yield the tensors that are made one after the other, each from the last alone."""
        while (call := self.only_reader(tensor)) and len(call.outputs) == 1:
            tensor = call.outputs[0]
            yield tensor
