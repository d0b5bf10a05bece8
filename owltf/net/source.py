"""A data layer of a net, with its names, and the batches of several such."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from owltf.runtime.compiled import as_written


@dataclass(frozen=True)
class Source:
    """A data layer of the net, with its names.

    Attributes:
        name: the layer's name.
        tops: the names of the blobs it fills.
        layer: what reads the records.
    """

    name: str
    tops: tuple[str, ...]
    layer: Any


def dataset_of(
    sources: Sequence[Source], start: Mapping[str, int], channels_last: Collection[str] = ()
) -> tf.data.Dataset:
    """Return an endless dataset whose elements hold the tops of all data layers by name.

    Args:
        sources: the data layers, one or more.
        start: the record at which each starts, by layer name.
        channels_last: the tops that are (N, H, W, C): of a data layer that has such, all images.
    """
    datasets = tuple(
        _own_rows(source.layer, start[source.name], _is_moved(source, channels_last))
        for source in sources
    )
    named = as_written(lambda *parts: _named(sources, parts, channels_last))
    return tf.data.Dataset.zip(datasets).map(named)


def _is_moved(source: Source, channels_last: Collection[str]) -> bool:
    return any(name in channels_last for name in source.tops)


def _own_rows(layer: Any, position: int, channels_last: bool) -> tf.data.Dataset:
    """Return a layer's batches, of each the rows that this process computes."""
    take = layer.dataset_channels_last if channels_last else layer.dataset
    dataset, share = take(position), layer.context.net.share
    if layer.reads_own_rows or share.total == share.replicas:
        return dataset

    def cut(*tops: Any) -> tuple[Any, ...]:
        shapes = zip(tops, layer.batch_shapes, strict=True)
        return tuple(
            top if place in layer.whole_tops else _rows_of(top, share.rows(shape[0]))
            for place, (top, shape) in enumerate(shapes)
        )

    return dataset.map(as_written(cut))


def _rows_of(top: Any, rows: tuple[int, int]) -> Any:
    first, count = rows
    return top[first : first + count]


def _named(
    sources: Sequence[Source], parts: tuple[Any, ...], channels_last: Collection[str]
) -> dict[str, Any]:
    named = {}
    for source, tops in zip(sources, parts, strict=True):
        shapes = _own_shapes(source.layer)
        shaped = zip(source.tops, shapes, tops, strict=True)
        for name, shape, top in shaped:
            moved = (shape[0], *shape[2:], shape[1]) if name in channels_last else shape
            named[name] = tf.ensure_shape(top, moved)
    return named


def _own_shapes(layer: Any) -> list[tuple[int | None, ...]]:
    """Return the shapes of the tops of a batch, with the rows that this process computes."""
    share = layer.context.net.share
    return [
        shape if place in layer.whole_tops or not shape else (share.rows(shape[0])[1], *shape[1:])
        for place, shape in enumerate(layer.batch_shapes)
    ]
