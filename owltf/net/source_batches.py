"""The batches of several data layers side by side, with the names of their tops."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import tensorflow as tf

from owltf.net.source import Source
from owltf.runtime.compiled import as_written


class SourceBatches:
    """Gives batches without end, each a dict of the tops by name, in a TensorFlow graph or outside.

    They are named when they are taken: to name them by `map`, a dataset's threads would wake each
    other for every batch.

    Args:
        sources: the data layers, one or more.
        start: the record at which each starts, by layer name.
        channels_last: the tops that are (N, H, W, C): of a data layer that has such, all images.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        start: Mapping[str, int],
        channels_last: Collection[str] = (),
    ) -> None:
        self._shapes = [_own_shapes(source, channels_last) for source in sources]
        datasets = tuple(
            _own_rows(source.layer, start[source.name], _is_moved(source, channels_last))
            for source in sources
        )
        options = tf.data.Options()
        # Each replica's share is cut in the loop; the dataset itself stays whole.
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
        self._batches = iter(tf.data.Dataset.zip(datasets).with_options(options))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Return this."""
        return self

    def __next__(self) -> dict[str, Any]:
        """Return the next batch."""
        parts = zip(self._shapes, next(self._batches), strict=True)
        return {
            name: tf.ensure_shape(top, shape)
            for shapes, tops in parts
            for (name, shape), top in zip(shapes.items(), tops, strict=True)
        }


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


def _own_shapes(
    source: Source, channels_last: Collection[str]
) -> dict[str, tuple[int | None, ...]]:
    """Return the shapes of a layer's tops, with the rows that this process computes, by name."""
    shapes = {}
    for place, name in enumerate(source.tops):
        shape = _own_shape(source.layer, place)
        shapes[name] = (shape[0], *shape[2:], shape[1]) if name in channels_last else shape
    return shapes


def _own_shape(layer: Any, place: int) -> tuple[int | None, ...]:
    shape: tuple[int | None, ...] = layer.batch_shapes[place]
    if place in layer.whole_tops or not shape:
        return shape
    return (layer.context.net.share.rows(shape[0])[1], *shape[1:])
