"""Joins small tensors into one, so that a sum over replicas is a few large operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

# A larger tensor is a pack by itself: to copy it would cost more than an operation does.
_LARGE_BYTES = 1 << 20


class Packs:
    """Tensors, the small ones of each type joined into one vector.

    Args:
        tensors: tensors of the shapes that they always have; one of another shape is not joined.
    """

    def __init__(self, tensors: Sequence[Any]) -> None:
        self._tensors = [tf.convert_to_tensor(tensor) for tensor in tensors]
        small = [place for place, each in enumerate(self._tensors) if _is_small(each)]
        types = dict.fromkeys(self._tensors[place].dtype for place in small)
        groups = [[p for p in small if self._tensors[p].dtype == each] for each in types]
        self._joined = [group for group in groups if len(group) > 1]
        joined = {place for group in self._joined for place in group}
        self._alone = [p for p in range(len(self._tensors)) if p not in joined]

    def packed(self) -> list[Any]:
        """Return the packs."""
        joined = [
            tf.concat([tf.reshape(self._tensors[place], [-1]) for place in group], 0)
            for group in self._joined
        ]
        return joined + [self._tensors[place] for place in self._alone]

    def unpacked(self, packs: Sequence[Any]) -> tuple[Any, ...]:
        """Return tensors like the ones given, from packs like those of `packed`.

        Args:
            packs: the packs, each changed value by value.
        """
        count = len(self._joined)
        values = dict(zip(self._alone, packs[count:], strict=True))
        for group, pack in zip(self._joined, packs[:count], strict=True):
            shapes = [self._tensors[place].shape for place in group]
            parts = tf.split(pack, [shape.num_elements() for shape in shapes])
            reshaped = map(tf.reshape, parts, shapes)
            values.update(zip(group, reshaped, strict=True))
        return tuple(values[place] for place in range(len(values)))


def _is_small(tensor: Any) -> bool:
    values = tensor.shape.num_elements()
    return values is not None and values * tensor.dtype.size < _LARGE_BYTES
