"""Runs a data layer's reader in the background of a tf.data pipeline, and finds its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.data_layer import DataLayer
from owltf.data.stop_readers import ReadersStoppedError, is_ending, reading
from owltf.errors import OwltfError
from owltf.runtime.compiled import as_written

_CHUNK_BYTES = 1 << 20
_MOST_BATCHES = 64


def batches_per_chunk(layer: DataLayer, batch_bytes: int) -> int:
    """Return how many batches one call reads: several small ones, as a call costs time itself.

    Args:
        layer: the layer; where it reads some rows of each batch, they do not follow each other.
        batch_bytes: the size of a batch.
    """
    if layer.own_rows[1] < layer.batch_size:
        return 1
    return max(1, min(_MOST_BATCHES, _CHUNK_BYTES // max(1, batch_bytes)))


def leading_axes(batches: int, rows: int) -> tuple[int, ...]:
    """Return what stands before the shape of a record in a chunk of so many batches."""
    return (batches, rows) if batches > 1 else (rows,)


def batch_signature(
    layer: DataLayer, shape: Sequence[int], leading: Sequence[int], channels_last: bool
) -> tuple[tf.TensorSpec, ...]:
    """Return the types and shapes of images and their labels.

    Args:
        layer: the layer that they are for.
        shape: the (C, H, W) of an image; of a layer that takes any size, only C is looked at.
        leading: what stands before it: how many images there are, perhaps in several batches.
        channels_last: whether the images are (H, W, C), not (C, H, W).
    """
    channels, *size = shape
    sides = [None, None] if layer.takes_any_size else size
    image = (*sides, channels) if channels_last else (channels, *sides)
    return (
        tf.TensorSpec((*leading, *image), tf.float32),
        tf.TensorSpec(tuple(leading), tf.float32),
    )


def read_chunks(
    layer: DataLayer,
    read: Callable[[int], Sequence[npt.NDArray[Any]]],
    position: int,
    step: int,
    signature: Sequence[tf.TensorSpec],
) -> tf.data.Dataset:
    """Return an endless dataset of the arrays of `read`, which is called in the background.

    Args:
        layer: the layer that reads; it keeps an OwltfError of `read` for `pipeline_error`.
        read: takes the number of the first record to read; there is one call at a time.
        position: the record number of the first call.
        step: the records that one call reads.
        signature: type and shape of each array that `read` returns.

    Returns:
        A dataset of tuples of the arrays.
    """
    guarded = _GuardedRead(layer, read, signature)
    dtypes = [spec.dtype for spec in signature]

    def call(number: tf.Tensor) -> tuple[tf.Tensor, ...]:
        arrays = tf.numpy_function(guarded, [number], dtypes)
        pairs = zip(arrays, signature, strict=True)
        return tuple(tf.ensure_shape(array, spec.shape) for array, spec in pairs)

    return tf.data.Dataset.counter(position, step).map(as_written(call)).prefetch(1)


def read_ahead(dataset: tf.data.Dataset, batches: int) -> tf.data.Dataset:
    """Return the dataset with `batches` batches kept ready, in an order that is always the same."""
    options = tf.data.Options()
    options.deterministic = True
    return dataset.prefetch(batches).with_options(options)


def ready_batches(chunks: tf.data.Dataset, batches: int, ahead: int) -> tf.data.Dataset:
    """Return the batches of a dataset of chunks, with `ahead` of them kept ready.

    Chunks are kept ready, not batches: for each of these a thread would have to wake.

    Args:
        chunks: the chunks, with `leading_axes`.
        batches: how many batches a chunk holds.
        ahead: how many batches are kept ready.
    """
    ready = read_ahead(chunks, -(-ahead // batches))
    # To take a chunk of one batch apart would copy it.
    return ready.unbatch() if batches > 1 else ready


def pipeline_error(exception: Exception, layers: Iterable[DataLayer]) -> OwltfError | None:
    """Return the error a user can act on that caused an exception of TensorFlow, if one did.

    Args:
        exception: the exception raised while batches were taken.
        layers: the data layers that made the batches.
    """
    if not isinstance(exception, tf.errors.OpError):
        return None
    explained = (layer.explain(exception) for layer in layers)
    return next((error for error in explained if error), None)


class _GuardedRead:
    """Calls a layer's `read`, one call at a time, keeps its error, and stops it at exit."""

    def __init__(
        self,
        layer: DataLayer,
        read: Callable[[int], Sequence[npt.NDArray[Any]]],
        signature: Sequence[tf.TensorSpec],
    ) -> None:
        self._layer = layer
        self._read = read
        self._signature = signature
        self._lock = Lock()

    def __call__(self, number: np.int64) -> Sequence[npt.NDArray[Any]]:
        with reading(), self._lock:
            if is_ending():
                return [_nothing(spec) for spec in self._signature]
            # TensorFlow asks for later chunks after one has failed; the first failure stays.
            if self._layer.failure:
                raise self._layer.failure
            try:
                return self._read(int(number))
            except ReadersStoppedError:
                return [_nothing(spec) for spec in self._signature]
            except OwltfError as error:
                self._layer.failure = self._layer.context.error(str(error))
                raise


def _nothing(spec: tf.TensorSpec) -> npt.NDArray[Any]:
    """Return an array that fits a signature, for a pipeline whose batches nobody takes any more."""
    shape = [size or 0 for size in spec.shape]
    return np.full(shape, b"" if spec.dtype == tf.string else 0, spec.dtype.as_numpy_dtype)
