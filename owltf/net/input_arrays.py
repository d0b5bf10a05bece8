"""Checks the arrays that a net is fed against the shapes of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.errors import OwltfError


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
