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
from owltf.net.readers import Readers


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
    readers = Readers(model)
    for call in calls_in_order(model):
        following = readers.only_reader(call.outputs[0])
        layer = _layer_for(call, following) if following else None
        if following and layer is not None:
            yield id(following.outputs[0]), Remade(call.inputs, partial(_made_by, layer))


def _layer_for(call: KerasCall, following: KerasCall) -> Any:
    join = getattr(call.layer, "joined_with", None)
    return join(following.layer) if join and len(following.inputs) == 1 else None


def _made_by(layer: Any, inputs: Sequence[Any]) -> Any:
    return layer(*inputs)
