"""Runs a net on several views of each image and averages its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.inference.batch_runner import BatchRunner
from owltf.inference.net_batches import Batch
from owltf.inference.views import View


def run_views(
    runner: BatchRunner,
    batches: Iterable[Batch],
    views: Sequence[View],
    *,
    blob: str,
    size: tuple[int, int],
) -> Iterator[tuple[Batch, Any]]:
    """Yield each batch of whole images, in order, with the outputs' mean over all views.

    Args:
        runner: runs the net.
        batches: batches whose images are larger than the net's input.
        views: the views.
        blob: the input that takes the images.
        size: its height and width.

    Raises:
        OwltfError: if a view does not fit into the images, or the data cannot be read.
    """
    rest = iter(batches)
    while group := list(islice(rest, runner.at_once)):
        sums = None
        for view in views:
            results = runner.run_group([_cut(batch, view, blob, size) for batch in group])
            sums = results if sums is None else tf.nest.map_structure(np.add, sums, results)
        means = tf.nest.map_structure(lambda total: total / np.float32(len(views)), sums)
        yield from zip(group, means, strict=True)


def _cut(batch: Batch, view: View, blob: str, size: tuple[int, int]) -> dict[str, Any]:
    return {**batch.arrays, blob: view.cut(batch.arrays[blob], size)}
