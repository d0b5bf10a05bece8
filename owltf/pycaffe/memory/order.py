"""The order in which the values of a blob or a parameter lie on the device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from owltf.convert.blob import Blob
from owltf.convert.params import Param
from owltf.runtime.copy import contiguous


class Order(Protocol):
    """Moves values between Caffe's order and the device's."""

    def value_of_caffe(self, array: Any) -> Any:
        """Return an array that is in Caffe's order as a tensor in the device's."""

    def array_in_caffe(self, value: Any) -> Any:
        """Return a tensor as an array in Caffe's order."""

    def shape_in_caffe(self, value: Any) -> tuple[int, ...]:
        """Return a tensor's shape in Caffe's order."""

    def is_like(self, other: Any) -> bool:
        """Return whether the values of another order lie as those of this one do."""


@dataclass(frozen=True)
class ParamOrder:
    """The order of a parameter blob's axes, in the words of a blob.

    Attributes:
        param: the parameter blob.
    """

    param: Param

    def value_of_caffe(self, array: Any) -> Any:
        """Return values that are in Caffe's order in the variable's."""
        return tf.constant(contiguous(self.param.blob.to_keras(np.asarray(array))))

    def array_in_caffe(self, value: Any) -> Any:
        """Return values of the variable's order as an array in Caffe's."""
        return self.param.to_caffe(value.numpy())

    def shape_in_caffe(self, value: Any) -> tuple[int, ...]:
        """Return the shape in Caffe's order."""
        return self.param.shape

    def is_like(self, other: Any) -> bool:
        """Return whether values of another order lie as those of this one do."""
        return isinstance(other, ParamOrder) and other.param.blob == self.param.blob


@dataclass(frozen=True)
class BlobOrder:
    """The order of a blob's axes.

    Attributes:
        blob: the blob.
    """

    blob: Blob

    def value_of_caffe(self, array: Any) -> Any:
        """Return values that are in Caffe's order in the tensor's layout."""
        return self.blob.value_of_caffe(tf.constant(array))

    def array_in_caffe(self, value: Any) -> Any:
        """Return values of the tensor's layout as an array in Caffe's order."""
        array = value.numpy()
        return contiguous(array.transpose(self._axes)) if self.blob.channels_last else array

    def shape_in_caffe(self, value: Any) -> tuple[int, ...]:
        """Return the shape in Caffe's order."""
        sizes = value.shape.as_list()
        return tuple(sizes[axis] for axis in self._axes)

    @cached_property
    def _axes(self) -> list[int]:
        return [self.blob.axis(index) for index in range(self.blob.rank)]

    def is_like(self, other: Any) -> bool:
        """Return whether values of another order lie as those of this one do."""
        return isinstance(other, BlobOrder) and other.blob.channels_last == self.blob.channels_last
