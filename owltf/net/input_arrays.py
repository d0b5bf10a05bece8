"""Checks the arrays that a net is fed against the shapes of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.errors import OwltfError

_FLOAT32 = np.dtype(np.float32)


@dataclass(frozen=True)
class InputArrays:
    """The inputs of a net: their names and shapes.

    Attributes:
        name: the net in words, for errors.
        shapes: the shape of each input in Caffe's order, by name.
        what: what an array is called in errors.
    """

    name: str
    shapes: Mapping[str, tuple[int, ...]]
    what: str = "input"

    def tensors(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Return arrays as tensors; for the rest, see `arrays`."""
        return {name: tf.constant(value) for name, value in self.arrays(arrays).items()}

    def ready(self, arrays: Mapping[str, Any]) -> dict[str, np.ndarray] | None:
        """Return arrays that the net takes as they are, in its order; None if it does not.

        They are float32, have rows, and are of the prototxt's sizes but for the batch. That is soon
        seen: for a small net, to find out what else they may be takes a part of a pass's time.
        """
        found = {}
        for name, axes, sizes in self._sizes:
            value = arrays.get(name)
            if type(value) is not np.ndarray or value.dtype is not _FLOAT32 or not value.size:
                return None
            if value.ndim != axes or value.shape[1:] != sizes:
                return None
            found[name] = value
        return found if len(found) == len(arrays) else None

    @cached_property
    def _sizes(self) -> tuple[tuple[str, int, tuple[int, ...]], ...]:
        return tuple((name, len(shape), shape[1:]) for name, shape in self.shapes.items())

    def arrays(self, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Return arrays as float32; the batch, height and width may differ from the prototxt's.

        Raises:
            OwltfError: if one is missing, is not among the inputs, or has other axes.
        """
        missing = [name for name in self.shapes if name not in arrays]
        unknown = [name for name in arrays if name not in self.shapes]
        if missing or unknown:
            raise OwltfError(
                f"{self.name} takes the {self.what}s {list(self.shapes)}; "
                f"missing: {missing}, not among them: {unknown}"
            )
        return {name: self._array(name, arrays[name]) for name in self.shapes}

    def tensors_of_one_size(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        """Return arrays as tensors; only the batch may differ from the prototxt's.

        Raises:
            OwltfError: if one is missing, is not among the inputs, or has another shape.
        """
        values = self.tensors(arrays)
        for name in self.of_other_sizes(values):
            raise self.wrong_shape(name, values[name])
        return values

    def _array(self, name: str, array: Any) -> np.ndarray:
        value = np.asarray(array, np.float32)
        wanted = self.shapes[name]
        if value.ndim != len(wanted) or value.shape[1:2] != wanted[1:2]:
            raise self.wrong_shape(name, value)
        return value

    def of_other_sizes(self, values: Mapping[str, Any]) -> list[str]:
        """Return the inputs whose height and width are not those of the prototxt."""
        return [name for name in values if values[name].shape[2:] != self.shapes[name][2:]]

    def wrong_shape(self, name: str, value: Any, why: str = "") -> OwltfError:
        """Return the error for an input of a wrong shape.

        Args:
            name: the input.
            value: what was given for it.
            why: the end of the message.
        """
        return OwltfError(
            f"{self.what} '{name}' of {self.name} has shape {self.shapes[name]} (any batch), "
            f"got {tuple(value.shape)}{why}"
        )
