"""A data layer of a net, with its names, and the batches of several such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf


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


def dataset_of(sources: Sequence[Source], start: Mapping[str, int]) -> tf.data.Dataset:
    """Return an endless dataset whose elements hold the tops of all data layers by name.

    Args:
        sources: the data layers, one or more.
        start: the record at which each starts, by layer name.
    """
    datasets = tuple(source.layer.dataset(start[source.name]) for source in sources)
    return tf.data.Dataset.zip(datasets).map(lambda *parts: _named(sources, parts))


def _named(sources: Sequence[Source], parts: tuple[Any, ...]) -> dict[str, Any]:
    named = {}
    for source, tops in zip(sources, parts, strict=True):
        shaped = zip(source.tops, source.layer.batch_shapes, tops, strict=True)
        named.update({name: tf.ensure_shape(top, shape) for name, shape, top in shaped})
    return named
