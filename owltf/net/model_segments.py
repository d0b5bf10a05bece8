"""Splits a net's Keras model into consecutive segments that hand few values on to later ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from owltf.keras_internals import KerasCall, calls_in_order, model_between, run_in_order_made

# How many parts a model is tried to be split into.
_PARTS = range(1, 33)


@dataclass(frozen=True)
class ModelSegment:
    """Consecutive layers of a model.

    Attributes:
        taken: the Keras tensors that it takes from the model's inputs and earlier segments.
        made: those that it hands on, and the model's outputs among what it makes.
        handed_on: those among `made` that the end of the net is computed from.
    """

    taken: tuple[Any, ...]
    made: tuple[Any, ...]
    handed_on: tuple[Any, ...]

    @cached_property
    def model(self) -> Any:
        """A model from `taken` to `made`."""
        return self._model(self.made)

    @cached_property
    def again(self) -> Any:
        """A model from `taken` to `handed_on`, without layers that are run for their work alone."""
        return self._model(self.handed_on)

    def _model(self, made: Sequence[Any]) -> Any:
        return run_in_order_made(model_between(list(self.taken), list(made)))


def split(model: Any, ends: Sequence[Any]) -> list[ModelSegment]:
    """Return segments that compute a model one after the other.

    They are cut so that as little as possible is held at a time where each segment's values are
    made again: what is handed on between segments, and all that the largest segment makes.

    Args:
        model: a functional model.
        ends: those of its outputs that everything else is computed for, as losses are.
    """
    calls = [call for call in calls_in_order(model) if call.inputs]
    last_read = _last_read(calls, model.outputs)
    bounds = [0, *_cuts(calls, last_read), len(calls)]
    wanted = {id(tensor) for tensor in (*model.outputs, *ends)}
    segments: list[ModelSegment] = []
    needed = {id(tensor) for tensor in ends}
    for first, end in reversed([*zip(bounds, bounds[1:], strict=False)]):
        segment = _segment(calls[first:end], wanted, needed)
        wanted |= {id(tensor) for tensor in segment.taken}
        needed |= {id(tensor) for tensor in segment.taken} if segment.handed_on else set()
        segments.append(segment)
    return segments[::-1]


def _segment(calls: Sequence[KerasCall], wanted: set[int], needed: set[int]) -> ModelSegment:
    made = {id(tensor): tensor for call in calls for tensor in call.outputs}
    taken = {id(tensor): tensor for call in calls for tensor in call.inputs}
    shown = tuple(tensor for name, tensor in made.items() if name in wanted)
    return ModelSegment(
        taken=tuple(tensor for name, tensor in taken.items() if name not in made),
        made=shown,
        handed_on=tuple(tensor for tensor in shown if id(tensor) in needed),
    )


def _last_read(calls: Sequence[KerasCall], outputs: Sequence[Any]) -> dict[int, int]:
    """Return the place of the last call that reads each tensor; outputs are read at the end."""
    last = {id(tensor): place for place, call in enumerate(calls) for tensor in call.inputs}
    return {**last, **{id(tensor): len(calls) for tensor in outputs}}


def _cuts(calls: Sequence[KerasCall], last_read: Mapping[int, int]) -> list[int]:
    """Return the places between calls at which the model is cut."""
    sizes = [sum(map(_size, call.outputs)) for call in calls]
    handed_on = [*_handed_on(calls, last_read)]
    most = max(sizes, default=0)
    bounds = {max(most, -(-sum(sizes) // parts)) for parts in _PARTS}
    return min(_best_cuts(sizes, handed_on, bound) for bound in bounds)[1]


def _best_cuts(sizes: Sequence[int], handed_on: Sequence[int], bound: int) -> tuple[int, list[int]]:
    """Return what is held where no segment makes more than a bound, and the cuts for it."""
    held, before = [0], [0]
    for end in range(1, len(sizes) + 1):
        ways = _ways(sizes, held, handed_on, end, bound)
        least, first = min(ways)
        held.append(least)
        before.append(first)
    cuts, place = [], before[-1]
    while place:
        cuts.append(place)
        place = before[place]
    return held[-1] + bound, cuts[::-1]


def _ways(
    sizes: Sequence[int], held: Sequence[int], handed_on: Sequence[int], end: int, bound: int
) -> Iterator[tuple[int, int]]:
    """Yield what is held at most up to a place, and where its last segment begins."""
    made = 0
    for first in range(end - 1, -1, -1):
        made += sizes[first]
        if made > bound:
            return
        yield held[first] + (handed_on[first - 1] if first else 0), first


def _handed_on(calls: Sequence[KerasCall], last_read: Mapping[int, int]) -> Iterator[int]:
    """Yield for each call how much of what was made up to it is read after it."""
    live: dict[int, int] = {}
    for place, call in enumerate(calls):
        live.update({id(tensor): _size(tensor) for tensor in call.outputs})
        live = {name: size for name, size in live.items() if last_read.get(name, -1) > place}
        yield sum(live.values())


def _size(tensor: Any) -> int:
    return prod(size or 1 for size in tensor.shape)
