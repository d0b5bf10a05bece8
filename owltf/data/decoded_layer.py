"""The base class of data layers whose images are decoded one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from owltf.data.bad_records import BadRecords
from owltf.data.data_layer import DataLayer
from owltf.data.decoded_images import DecodedImages, ImageSource
from owltf.data.transform import Shape, read_transform

if TYPE_CHECKING:
    import tensorflow as tf

_PREFETCH = 2


class DecodedLayer(DataLayer):
    """Reads images that are decoded one by one; its tops are the images and their labels.

    A subclass sets `batch_size` when it is made, opens its source and calls `read_from`.
    """

    reads_own_rows = True
    has_channels_last = True
    bad_records: BadRecords

    def read_from(self, source: ImageSource, shape: Shape, bad: BadRecords) -> None:
        """Say where the images come from.

        Args:
            source: the images.
            shape: the (C, H, W) of the first one.
            bad: what becomes of those that cannot be used.

        Raises:
            OwltfError: if `transform_param` does not fit them.
        """
        transform = read_transform(self.context, shape)
        self.bad_records = bad
        self._images = DecodedImages(source, shape, transform, bad)
        self.top_shapes = ((self.batch_size, *transform.output_shape(shape)), (self.batch_size,))

    def dataset(self, position: int) -> tf.data.Dataset:
        """Return an endless dataset of (images, labels) from record `position` on."""
        return self._images.dataset(self, position, _PREFETCH)

    def dataset_channels_last(self, position: int) -> tf.data.Dataset:
        """Return the same with images (N, H, W, C)."""
        return self._images.dataset(self, position, _PREFETCH, channels_last=True)
