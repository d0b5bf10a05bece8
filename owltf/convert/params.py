"""Maps a Caffe parameter blob to the Keras variable that holds it, and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from owltf.runtime.copy import contiguous


@dataclass(frozen=True)
class ParamBlob:
    """The order of axes of one of a layer's parameter blobs, in Caffe and in Keras.

    One letter stands for each axis; the conversions of both directions follow from the letters.

    Attributes:
        name: the Keras layer's attribute, and the name its weight is added under.
        caffe: the order of axes in Caffe, as `oi...`.
        keras: the same letters in Keras's order, as `...io`.
        untrained: the value to use where a net without weights is tried out; None for random ones.
    """

    name: str
    caffe: str = "..."
    keras: str = "..."
    untrained: float | None = None

    def to_keras(self, array: np.ndarray) -> np.ndarray:
        """Return a Caffe blob in the variable's order."""
        return np.asarray(np.einsum(f"{self.caffe}->{self.keras}", array))

    def to_caffe(self, value: np.ndarray) -> np.ndarray:
        """Return the variable's value in Caffe's order."""
        return np.asarray(np.einsum(f"{self.keras}->{self.caffe}", value))

    def caffe_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the Caffe shape of a variable of the given shape."""
        sizes = dict(zip(_axes(self.keras, len(shape)), shape, strict=True))
        return tuple(sizes[axis] for axis in _axes(self.caffe, len(shape)))


def _axes(order: str, rank: int) -> list[str | int]:
    """Return an order's letters, with a number for each axis that `...` stands for."""
    before, dots, after = order.partition("...")
    others = range(rank - len(before) - len(after)) if dots else ()
    return [*before, *others, *after]


@dataclass(frozen=True)
class Param:
    """A parameter blob of a built net.

    Attributes:
        layer: the layer that owns it.
        index: its position among that layer's blobs.
        blob: its order of axes.
        variable: the Keras variable.
        lr_mult: factor on the learning rate; 0 leaves the blob as it is.
        decay_mult: factor on the weight decay.
    """

    layer: str
    index: int
    blob: ParamBlob
    variable: Any
    lr_mult: float
    decay_mult: float

    @property
    def is_trained(self) -> bool:
        """Whether an update changes the blob."""
        return self.lr_mult != 0 and bool(self.variable.trainable)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The blob's shape in Caffe's order."""
        return self.blob.caffe_shape(tuple(self.variable.shape))

    def get(self) -> np.ndarray:
        """Return the value in Caffe's order."""
        return self.to_caffe(np.asarray(self.variable.numpy()))

    def to_caffe(self, value: np.ndarray) -> np.ndarray:
        """Return an array that is in the variable's order as a contiguous one in Caffe's."""
        return contiguous(self.blob.to_caffe(value))

    def set(self, array: np.ndarray) -> None:
        """Assign a Caffe blob."""
        self.variable.assign(contiguous(self.blob.to_keras(array)))
