"""The MemoryData layer: takes its batches from arrays that a program gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer
from owltf.data.pipeline import read_chunks
from owltf.errors import OwltfError

_HOW = "give it arrays from Python: net.set_input_arrays(data, labels)"


class MemoryData(DataLayer):
    """Takes its batches from arrays; the tops are the images and their labels.

    As in Caffe, `transform_param` does not apply to arrays.
    """

    caffe_type = "MemoryData"

    def __init__(self, context: DataContext) -> None:
        """Read the shape of the images.

        Raises:
            OwltfError: if a size is missing.
        """
        super().__init__(context)
        parameter = context.parameter.memory_data_param
        self._shape = (parameter.channels, parameter.height, parameter.width)
        with context.named_errors():
            context.expect_images_and_labels()
            if min(self._shape) < 1:
                raise OwltfError(
                    "channels, height and width must be 1 or more; got "
                    f"{', '.join(map(str, self._shape))}"
                )
            self.batch_size = context.global_batch(parameter.batch_size)
        self.top_shapes = ((self.batch_size, *self._shape), (self.batch_size,))
        self._arrays: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]] | None = None

    def set_arrays(self, data: Any, labels: Any) -> None:
        """Take the arrays that batches come from, until others are set.

        Args:
            data: (N, C, H, W); N is a multiple of `batch_size`.
            labels: (N,), or any shape of as many values.

        Raises:
            OwltfError: if their shapes are others.
        """
        images, values = np.asarray(data, np.float32), np.asarray(labels, np.float32)
        with self.context.named_errors():
            if images.shape[1:] != self._shape or not len(images):
                raise OwltfError(f"data must be (N, *{self._shape}), got {images.shape}")
            if len(images) % self.batch_size:
                raise OwltfError(
                    f"the number of records must be a multiple of batch_size {self.batch_size}, "
                    f"got {len(images)}"
                )
            if values.size != len(images):
                raise OwltfError(f"there must be {len(images)} labels, got {values.shape}")
        self._arrays = images, values.reshape(-1)
        self.records = len(images)

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of (images, labels) from record `position` on.

        Raises:
            OwltfError: if no arrays were set.
        """
        if self._arrays is None:
            raise self.context.error(f"holds no records; {_HOW}")
        arrays, count = self._arrays, self.batch_size

        def read(number: int) -> Sequence[npt.NDArray[np.float32]]:
            places = np.arange(number, number + count) % len(arrays[0])
            return [each[places] for each in arrays]

        signature = [tf.TensorSpec(shape, tf.float32) for shape in self.top_shapes]
        return read_chunks(self, read, position, count, signature)

    def labels(self, top: int = 1) -> Any:
        """Yield the number and the label of each record."""
        values = self._arrays[1] if self._arrays else ()
        return ((f"record {number}", float(value)) for number, value in enumerate(values))

    def describe(self) -> str:
        """Return a line that says how many records there are."""
        return f"arrays of {self.records or 0:,} records"
