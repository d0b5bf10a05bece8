"""A tensor with Caffe's shape; the one place that maps Caffe's axes to the tensor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import keras

from owltf.convert.keras_names import KerasNames
from owltf.convert.source_call import SourceCall
from owltf.runtime.open_sizes import sizes_of


@dataclass(frozen=True)
class Blob:
    """A tensor of the net, addressed by Caffe's axes (N, C, H, W) in whatever layout it lies.

    Attributes:
        name: Caffe's name of the blob.
        tensor: the Keras tensor; its first axis may be left open.
        batch: Caffe's size of axis 0; None only for a scalar.
        names: gives helper layers their names.
        channels_last: whether C was moved last (N, H, W, C); else the tensor is in Caffe's order.
    """

    name: str
    tensor: Any
    batch: int | None
    names: KerasNames
    channels_last: bool = False

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.tensor.shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in Caffe's order, the batch included."""
        sizes = [self.tensor.shape[self.axis(index)] for index in range(self.rank)]
        return (self.batch or 0, *sizes[1:]) if sizes else ()

    def canonical(self, axis: int) -> int:
        """Return Caffe's axis counted from the front (-1 is the last).

        Raises:
            IndexError: if there is no such axis.
        """
        if not -self.rank <= axis < self.rank:
            raise IndexError(f"axis {axis} is out of range for a blob of {self.rank} axes")
        return axis % self.rank

    def axis(self, axis: int) -> int:
        """Return the tensor's axis for one of Caffe's axes, which may be negative."""
        axis = self.canonical(axis)
        if not self.channels_last or axis == 0:
            return axis
        return self.rank - 1 if axis == 1 else axis - 1

    def to_channels_last(self) -> Blob:
        """Return the blob with C moved last; one without spatial axes stays as it is."""
        if self.channels_last or self.rank < 3:
            return self
        order = (*range(2, self.rank), 1)
        return replace(self._permuted(order, "channels_last"), channels_last=True)

    def to_caffe(self) -> Blob:
        """Return the blob in Caffe's order."""
        if not self.channels_last:
            return self
        order = (self.rank - 1, *range(1, self.rank - 1))
        return replace(self._permuted(order, "caffe_order"), channels_last=False)

    def _permuted(self, order: tuple[int, ...], what: str) -> Blob:
        permute = keras.layers.Permute(order, name=self.names.helper(self.name, what))
        return replace(self, tensor=permute(self.tensor))

    def with_last(self, axis: int) -> Blob:
        """Return the blob with one of Caffe's axes moved last: C of (N, C, H, W) is (N, H, W, C).

        Args:
            axis: any but the batch.
        """
        axis = self.canonical(axis)
        if self.axis(axis) == self.rank - 1:
            return replace(self, channels_last=False)
        others = (each for each in range(1, self.rank) if each != axis)
        return self.to_caffe()._permuted((*others, axis), "axis_last")

    def in_layout_of(self, other: Blob) -> Blob:
        """Return the blob in the layout of another blob."""
        return self.to_channels_last() if other.channels_last else self.to_caffe()

    def value_of_caffe(self, array: Any) -> Any:
        """Return values that are in Caffe's order, moved into the tensor's layout."""
        axes = {self.axis(index): index for index in range(self.rank)}
        order = [axes[axis] for axis in range(self.rank)]
        return keras.ops.transpose(array, order) if self.channels_last else array

    def value_in_caffe(self, value: Any) -> Any:
        """Return the tensor's values or gradients, moved into Caffe's order."""
        order = [self.axis(index) for index in range(self.rank)]
        return keras.ops.transpose(value, order) if self.channels_last else value

    def flatten(self, axis: int = 1) -> Blob:
        """Join all axes from `axis` on, in Caffe's order C, H, W.

        Args:
            axis: the first of the joined axes.
        """
        first = self.canonical(axis)
        if first == self.rank - 1:
            return self
        return self.reshape((*self.shape[:first], prod(self.shape[first:])), "flatten")

    def reshape(self, shape: Sequence[int], what: str = "reshape") -> Blob:
        """Return the blob with another shape over the same values in Caffe's order.

        Args:
            shape: Caffe's new shape; where its first size is the batch the tensor keeps it open.
            what: a word for the name of the helper layer.
        """
        plain = self.to_caffe()
        if tuple(shape) == plain.shape:
            return plain
        name = self.names.helper(self.name, what)
        if shape and shape[0] == self.batch:
            tensor = _reshaping(plain.shape[1:], tuple(shape[1:]), name)(plain.tensor)
        else:
            tensor = BatchReshape(plain.batch or 1, tuple(shape), name=name)(plain.tensor)
        return replace(plain, tensor=tensor, batch=shape[0] if shape else None)

    def as_rows(self) -> Blob:
        """Return the blob as a matrix: all axes but the last joined into the first."""
        *before, last = self.shape
        return self if len(before) == 1 else self.reshape((prod(before), last), "rows")

    def map(self, layer: Any, *, batch: int | None = None) -> Blob:
        """Return what a layer makes of the blob, in the same layout.

        Args:
            layer: any callable on Keras tensors that works element by element, or on channels last.
            batch: Caffe's size of axis 0 where the layer changes it.
        """
        return replace(self, tensor=layer(self.tensor), batch=batch or self.batch)

    def of(self, tensor: Any, *, batch: int | None = None) -> Blob:
        """Return a blob of another tensor that has this blob's layout."""
        return self.map(lambda _: tensor, batch=batch)

    def scalar(self, tensor: Any) -> Blob:
        """Return a blob without axes, such as a loss."""
        return replace(self, tensor=tensor, batch=None, channels_last=False)

    def plain(self, tensor: Any, batch: int) -> Blob:
        """Return a blob of a tensor that is in Caffe's order.

        Args:
            tensor: the tensor, its first axis may be open.
            batch: Caffe's size of that axis.
        """
        return replace(self, tensor=tensor, batch=batch, channels_last=False)


def in_one_layout(bottoms: Sequence[Blob]) -> list[Blob]:
    """Return blobs in the layout of the first one."""
    return [bottom.in_layout_of(bottoms[0]) for bottom in bottoms]


def _reshaping(have: Sequence[int], wanted: tuple[int, ...], name: str) -> Any:
    """Return a layer that reshapes images: of any size, if only axes of size 1 come or go."""
    long = [axis for axis, size in enumerate(have) if size != 1]
    if [have[axis] for axis in long] != [size for size in wanted if size != 1]:
        return keras.layers.Reshape(wanted, name=name)
    left = iter(long)
    return AxesOfOne(wanted, [None if size == 1 else next(left) for size in wanted], name=name)


@keras.saving.register_keras_serializable("owltf")
class AxesOfOne(keras.layers.Reshape):
    """Reshapes by adding and removing axes of size 1 only, so that the other axes may be open.

    Args:
        target_shape: the top's shape without the batch, for images of the prototxt's size.
        axes: the bottom's axis that each of the top's axes is, without the batch; None for a new
            one.
        **kwargs: the arguments of every Keras layer.
    """

    any_size = True

    def __init__(
        self, target_shape: Sequence[int], axes: Sequence[int | None], **kwargs: Any
    ) -> None:
        super().__init__(tuple(target_shape), **kwargs)
        self.axes = list(axes)

    def call(self, inputs: Any) -> Any:
        """Return the reshaped images."""
        batch, *sizes = sizes_of(inputs)
        return keras.ops.reshape(inputs, (batch, *self._shape(sizes)))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the shape of the top.

        Raises:
            ValueError: if an axis that is left out is not of size 1.
        """
        batch, *sizes = input_shape
        if any(size != 1 for axis, size in enumerate(sizes) if axis not in self.axes):
            raise ValueError(f"an axis of {tuple(input_shape)} that is left out is not of size 1")
        return (batch, *self._shape(sizes))

    def _shape(self, sizes: Sequence[Any]) -> list[Any]:
        return [1 if axis is None else sizes[axis] for axis in self.axes]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "axes": self.axes}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        return call.layer_call("layers.Reshape", tuple(self.target_shape))


@keras.saving.register_keras_serializable("owltf")
class BatchReshape(keras.layers.Layer):
    """Reshapes all axes including the batch, which Keras's Reshape leaves as it is.

    Args:
        batch: Caffe's size of the bottom's axis 0; a batch of another size scales the top's axis 0.
        shape: Caffe's shape of the top.
    """

    def __init__(self, batch: int, shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.batch = batch
        self.shape = tuple(shape)

    def call(self, inputs: Any) -> Any:
        """Return the reshaped tensor."""
        if not self.shape:
            return keras.ops.reshape(inputs, ())
        return keras.ops.reshape(inputs, (-1, *self.shape[1:]))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that rebuild the layer."""
        return {**super().get_config(), "batch": self.batch, "shape": list(self.shape)}

    def source(self, call: SourceCall) -> str:
        """Return the call as source in plain Keras."""
        shape = (-1, *self.shape[1:]) if self.shape else ()
        return f"ops.reshape({call.x}, {call.literal(shape)})"
