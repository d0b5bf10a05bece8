"""One Datum, Caffe's record of an image with its label, made of an array and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.data.source.datum import Block, read_layout
from owltf.data.source.datum_fields import Record

_CHANNELS, _HEIGHT, _WIDTH, _LABEL, _ENCODED = 0x08, 0x10, 0x18, 0x28, 0x38
_DATA, _FLOAT = 0x22, 0x35
_64_BITS = (1 << 64) - 1


@dataclass(frozen=True)
class Datum:
    """An image with its label, as a database holds it.

    Attributes:
        image: uint8 or float32 (C, H, W), in BGR where it is in colour; None if it is encoded.
        label: its class; None to leave it out.
        contents: the bytes of an image file, if it is encoded.
        encoded: what its field `encoded` says: Caffe's `convert_imageset` writes it in each record,
            other tools leave it out, which is None. A record with `contents` says true.
    """

    image: npt.NDArray[Any] | None
    label: int | None = None
    contents: bytes = b""
    encoded: bool | None = None

    @classmethod
    def parse(cls, record: Record) -> Datum:
        """Return the Datum of a record.

        Raises:
            ValueError: if it is none, or its values are no image of its shape; the message goes on
                from "the record".
        """
        layout = read_layout(record)
        has_label = layout.label.place.stop > layout.label.place.start
        label = layout.label_value if has_label else None
        if layout.encoded:
            return cls(None, label, bytes(record[layout.values]), encoded=True)
        if reason := layout.mismatch():
            raise ValueError(reason)
        block = Block(layout, np.frombuffer(record, np.uint8)[None])
        return cls(block.values()[0], label)

    def to_bytes(self) -> bytes:
        """Return the record, with the fields in the order in which Caffe writes them."""
        return b"".join(self._parts())

    def _parts(self) -> Iterator[bytes]:
        image, is_float = self.image, self.image is not None and self.image.dtype != np.uint8
        shape = () if image is None else image.shape
        for tag, size in zip((_CHANNELS, _HEIGHT, _WIDTH), shape, strict=False):
            yield bytes([tag]) + _varint(size)
        if image is None or not is_float:
            data = self.contents if image is None else image.tobytes()
            yield bytes([_DATA]) + _varint(len(data)) + data
        if self.label is not None:
            yield bytes([_LABEL]) + _varint(self.label)
        if image is not None and is_float:
            yield _floats(image)
        if image is None or self.encoded is not None:
            yield bytes([_ENCODED, image is None])


def _varint(value: int) -> bytes:
    value &= _64_BITS
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])


def _floats(image: npt.NDArray[Any]) -> bytes:
    """Return values each behind a tag, as Caffe's schema does not pack them."""
    tagged = np.empty((image.size, 5), np.uint8)
    tagged[:, 0] = _FLOAT
    tagged[:, 1:] = np.ascontiguousarray(image, "<f4").reshape(-1, 1).view(np.uint8)
    return tagged.tobytes()
