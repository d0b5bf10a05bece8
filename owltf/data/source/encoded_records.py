"""The images of a database whose Datums hold image files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from owltf.data.source.datum import read_layout
from owltf.data.source.datum_fields import Record
from owltf.data.source.image import Image, decode_image
from owltf.data.source.records import Records, record_error
from owltf.errors import OwltfError


@dataclass(frozen=True)
class EncodedRecords:
    """The encoded images of a database.

    Attributes:
        records: the database.
        channels: the channels to decode to: NATIVE, GRAY or COLOR.
        max_pixels: the pixels that an image may have, None for `MOST_PIXELS`.
    """

    records: Records
    channels: int
    max_pixels: int | None = None

    def reader(self) -> Callable[[int, int], Sequence[Record]]:
        """Return a function that reads consecutive records."""
        reader = self.records.reader()
        return lambda number, count: list(reader.read(number, count))

    def load(self, item: Record) -> tuple[Image, float]:
        """Return the image of a record, decoded, and its label.

        Raises:
            ValueError: if it is none; the message goes on from the record's name.
        """
        contents, label = read_file(item)
        return decode_image(contents, self.channels, max_pixels=self.max_pixels), label

    def error(self, number: int, reason: str) -> OwltfError:
        """Return an error that names a record by its key."""
        return record_error(self.records, number, reason)


def read_file(record: Record) -> tuple[memoryview, int]:
    """Return the image file's bytes and the label of an encoded Datum.

    Raises:
        ValueError: if it is not an encoded Datum; the message goes on from "the record".
    """
    layout = read_layout(record)
    if not layout.encoded:
        raise ValueError("is a raw image where the first record is an encoded one")
    return memoryview(record)[layout.values], layout.label_value
