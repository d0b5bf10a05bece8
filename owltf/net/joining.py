"""Computes two layers that follow each other as one, where that reads and writes less memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from owltf.keras_internals import (
    KerasCall,
    Remade,
    calls_in_order,
    model_between,
    rewired,
    run_in_order_made,
)


def joined(model: Any, outputs: Any) -> Any:
    """Return a model that computes the same with pairs of layers joined; the same one if none are.

    A Keras layer with a method `joined_with(following)` is asked for a layer that computes both,
    if what it makes goes to that layer alone. It uses the variables of the two, or is None.

    Args:
        model: a functional model.
        outputs: its outputs, in their structure; what they show is computed as it is.
    """
    remade = dict(_pairs(model))
    if not remade:
        return model
    return run_in_order_made(
        model_between(model.input, rewired(model, outputs, remade), name="net")
    )


def _pairs(model: Any) -> Iterator[tuple[int, Remade]]:
    """Yield the `id` of what each pair of layers makes, and how a layer for both makes it."""
    calls = calls_in_order(model)
    readers = _readers(calls)
    shown = {id(tensor) for tensor in model.outputs}
    for call in calls:
        made = id(call.outputs[0])
        following = readers.get(made, [])
        if len(following) != 1 or made in shown:
            continue
        layer = _layer_for(call, following[0])
        if layer is not None:
            yield id(following[0].outputs[0]), Remade(call.inputs, partial(_made_by, layer))


def _readers(calls: Sequence[KerasCall]) -> dict[int, list[KerasCall]]:
    """Return the calls that are given each tensor, by its `id`."""
    readers: dict[int, list[KerasCall]] = {}
    for call in calls:
        for tensor in call.inputs:
            readers.setdefault(id(tensor), []).append(call)
    return readers


def _layer_for(call: KerasCall, following: KerasCall) -> Any:
    join = getattr(call.layer, "joined_with", None)
    return join(following.layer) if join and len(following.inputs) == 1 else None


def _made_by(layer: Any, inputs: Sequence[Any]) -> Any:
    return layer(*inputs)
