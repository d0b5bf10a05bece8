"""Gives fields of a binary message other numbers, without knowing what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from owltf.caffe.binary.protobuf_wire import LENGTH, Field, walk

_MORE = 0x80
# The numbers of `layer` in a NetParameter, and of `type` in a LayerParameter.
_LAYER, _TYPE = 100, 2


def with_own_numbers(net: bytes, numbers_of: Callable[[str], Mapping[int, int]]) -> bytes:
    """Return a NetParameter in which fields of layers have the numbers of their types' plugins.

    They have them before anything is parsed: Caffe's own field of a fork's number would lose
    values that it has no place for.

    Args:
        net: the net.
        numbers_of: returns the new numbers of a layer type's fields by those that they have.

    Raises:
        BrokenWireError: if it is no message.
    """
    changed = {
        field.start: renumbered(net[field.start : field.end], numbers)
        for field in walk(memoryview(net), 0, len(net))
        if field.number == _LAYER and (numbers := numbers_of(_type_of(net, field)))
    }
    if not changed:
        return net
    parts = []
    for field in walk(memoryview(net), 0, len(net)):
        layer = changed.get(field.start)
        if layer is None:
            parts.append(net[field.tag : field.end])
        else:
            parts += [_varint(_LAYER << 3 | LENGTH), _varint(len(layer)), layer]
    return b"".join(parts)


def _type_of(net: bytes, layer: Field) -> str:
    for field in walk(memoryview(net), layer.start, layer.end):
        if field.number == _TYPE:
            return net[field.start : field.end].decode(errors="replace")
    return ""


def renumbered(data: bytes, numbers: Mapping[int, int]) -> bytes:
    """Return a message in which some fields have other numbers.

    Args:
        data: the message as protobuf wrote it.
        numbers: the new number by the one that a field has.

    Raises:
        BrokenWireError: if it is no message.
    """
    parts = []
    for field in walk(memoryview(data), 0, len(data)):
        tag = _varint(field.number << 3 | field.wire_type)
        number = numbers.get(field.number, field.number)
        parts += [
            _varint(number << 3 | field.wire_type),
            data[field.tag + len(tag) : field.end],
        ]
    return b"".join(parts)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value >= _MORE:
        found.append(value % _MORE | _MORE)
        value //= _MORE
    return bytes([*found, value])
