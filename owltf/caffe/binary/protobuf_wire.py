"""Finds where each field of a binary protobuf message lies, without copying its content."""

from collections.abc import Iterator
from dataclasses import dataclass

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {FIXED64: 8, FIXED32: 4}
_LONGEST_VARINT = 10


class BrokenWireError(Exception):
    """Raised if bytes are not a protobuf message."""


class CutShortError(BrokenWireError):
    """Raised if a field goes on beyond the end of the message that holds it.

    Attributes:
        number: the field's number.
        start: where its content starts.
        needed: bytes that it should have from there.
        left: bytes that there are.
    """

    def __init__(self, number: int, start: int, needed: int, left: int) -> None:
        """Keep the field's number and sizes, so that an error can name the field."""
        super().__init__(f"field {number} needs {needed} bytes, {left} left")
        self.number, self.start, self.needed, self.left = number, start, needed, left


@dataclass(frozen=True, slots=True)
class Field:
    """The place of one field in a message's bytes.

    Attributes:
        number: the field's number in the schema.
        wire_type: VARINT, FIXED64, LENGTH or FIXED32.
        tag: where the field starts, with its number.
        start: where its content starts.
        end: where it ends.
        value: the number, if it is a varint.
    """

    number: int
    wire_type: int
    tag: int
    start: int
    end: int
    value: int = 0


def walk(data: memoryview, start: int, end: int) -> Iterator[Field]:
    """Yield the fields of the message that lies between two offsets.

    Raises:
        BrokenWireError: if the bytes are no message.
        CutShortError: if the last field goes on beyond the end.
    """
    while start < end:
        field = _field(data, start, end)
        yield field
        start = field.end


def _field(data: memoryview, tag: int, end: int) -> Field:
    key, start = _varint(data, tag, end)
    number, wire_type = key >> 3, key & 7
    if number and wire_type == VARINT:
        value, stop = _varint(data, start, end)
        return Field(number, wire_type, tag, start, stop, value)
    if number and wire_type == LENGTH:
        size, start = _varint(data, start, end)
    elif number and wire_type in _FIXED_SIZES:
        size = _FIXED_SIZES[wire_type]
    else:
        raise BrokenWireError(f"no field starts at byte {tag}")
    if start + size > end:
        raise CutShortError(number, start, size, end - start)
    return Field(number, wire_type, tag, start, start + size)


def _varint(data: memoryview, start: int, end: int) -> tuple[int, int]:
    value = 0
    for shift, position in enumerate(range(start, min(end, start + _LONGEST_VARINT))):
        byte = data[position]
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, position + 1
    raise BrokenWireError(f"no number ends after byte {start}")


def varints(data: memoryview, start: int, end: int) -> Iterator[int]:
    """Yield the numbers of a packed field."""
    while start < end:
        value, start = _varint(data, start, end)
        yield value


def signed(value: int) -> int:
    """Return the int64 that a varint stands for."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def encode_varint(value: int) -> bytes:
    """Return a number, 0 or more, as protobuf's varint: seven bits a byte, lowest first."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def encode_length(number: int, size: int) -> bytes:
    """Return the bytes that announce a field: its number, and that its content has `size` bytes."""
    return encode_varint(number << 3 | LENGTH) + encode_varint(size)
