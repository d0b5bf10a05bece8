"""Finds the images that a net only takes with their channels last, to hand them over so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import keras

from owltf.keras_internals import calls_in_order, model_from, run_in_order_made
from owltf.net.source import Source

_IMAGES = 4
_CHANNELS_LAST = (2, 3, 1)


def taking_channels_last(model: Any, sources: Sequence[Source]) -> tuple[Any, frozenset[str]]:
    """Return a model that begins where images were moved, and the names of those images.

    To move the channels of float images costs more time than to write the images so at first.

    Args:
        model: a functional model from a dict of inputs (N, C, H, W).
        sources: the net's data layers.
    """
    moved = dict(_moved_tops(model, sources))
    if not moved:
        return model, frozenset()
    begun = model_from({**model.input, **moved}, model.output, name=model.name)
    return run_in_order_made(begun), frozenset(moved)


def _moved_tops(model: Any, sources: Sequence[Source]) -> Iterator[tuple[str, Any]]:
    for source in (each for each in sources if each.layer.has_channels_last):
        images = [name for name in source.tops if len(model.input[name].shape) == _IMAGES]
        moved = {name: _moved(model, model.input[name]) for name in images}
        if None not in moved.values():
            yield from moved.items()


def in_caffe_order(batch: Mapping[str, Any], channels_last: Collection[str]) -> dict[str, Any]:
    """Return a batch whose named images are (N, H, W, C) with all of them (N, C, H, W)."""
    return {
        name: keras.ops.transpose(top, (0, 3, 1, 2)) if name in channels_last else top
        for name, top in batch.items()
    }


def _moved(model: Any, tensor: Any) -> Any:
    """Return the tensor with its channels last, if nothing else is made from it; else None."""
    calls = [call for call in calls_in_order(model) if any(each is tensor for each in call.inputs)]
    if len(calls) != 1 or any(each is tensor for each in keras.tree.flatten(model.output)):
        return None
    layer, _, made = calls[0]
    is_permute = isinstance(layer, keras.layers.Permute) and tuple(layer.dims) == _CHANNELS_LAST
    return made[0] if is_permute else None
