"""Reads what an image file says of itself: its size, its depth and how the camera was held.

It is read before the file is decoded, as a file of some kilobytes can decode to gigabytes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from struct import Struct, error, unpack_from
from typing import NamedTuple

# Pillow's bound: a quarter of a gigabyte in three channels, and more, is taken for an attack there.
MOST_PIXELS = 178_956_970
DEEP = 16
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_GIF, _BMP = b"GIF8", b"BM"
# PBM, PGM and PPM, as text and as bytes; the size follows, with comments between.
_PNM = tuple(b"P%d" % kind for kind in range(1, 7))
_PNM_SIZE = re.compile(rb"P[1-6](?:\s+(?:#[^\n]*\n\s*)*)(\d{1,9})\s+(?:#[^\n]*\n\s*)*(\d{1,9})\s")
_EXIF = b"Exif\0\0"
_ORIENTATION, _SHORT = 0x0112, 3
UPRIGHT, _LAST_ORIENTATION = 1, 8
# Start-of-frame markers: the others of these numbers begin tables.
_FRAMES, _FRAME = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}, Struct(">BHHB")
# Those of 8 bits by Huffman's code, all at once or progressively: what cameras and programs write.
_USUAL_FRAMES, _USUAL_BITS, _IN_COLOR = (0xC0, 0xC1, 0xC2), 8, 3
_MARKER, _SEGMENT = 0xFF, Struct(">BBH")
_NO_SEGMENT = {0x00, _MARKER, 0x01, *range(0xD0, 0xD9)}
_APP1, _SCAN, _END = 0xE1, 0xDA, 0xD9
_EXTENSION, _PICTURE = 0x21, 0x2C

_log = logging.getLogger("owltf")
_told: list[str] = []


class ImageHeader(NamedTuple):
    """What an image file says of itself.

    Attributes:
        pixels: how many pixels are decoded: of all frames, if it has several.
        width: its width.
        height: its height.
        bits: bits of a value; the more than 8 of a PNG are not read.
        orientation: from 1, upright, to 8, as in EXIF.
        is_color_jpeg: whether it is a JPEG of the usual kinds, in three channels.
    """

    pixels: int
    width: int
    height: int
    bits: int = 8
    orientation: int = UPRIGHT
    is_color_jpeg: bool = False


def read_header(contents: bytes | memoryview) -> ImageHeader | None:
    """Return what a JPEG, PNG, GIF, BMP or PNM says of itself; None if it says nothing readable."""
    data = bytes(contents)
    try:
        for start, read in _READERS:
            if data.startswith(start):
                return read(data)
    except (error, IndexError):
        pass
    return None


def too_large(header: ImageHeader, most: int | None) -> str | None:
    """Return why an image is not decoded, None if it may be; it goes on from the image's name.

    Args:
        header: what the image says of itself.
        most: the pixels that it may have, None for `MOST_PIXELS`.
    """
    most = MOST_PIXELS if most is None else most
    if header.pixels <= most:
        return None
    size = f"{header.width} x {header.height}"
    return f"is an image of {size} pixels, {header.pixels:,} in all; --max-image-pixels is {most:,}"


def tell_depth(name: str, header: ImageHeader) -> None:
    """Say that an image has more bits than are read: of the first one alone, in a process."""
    if header.bits == DEEP and not _told:
        _told.append(name)
        _log.warning("%s has 16 bits a value: the upper 8 are read, here and in others", name)


def _png(data: bytes) -> ImageHeader | None:
    width, height, bits = unpack_from(">IIB", data, 16)
    orientation, has_pixels = UPRIGHT, False
    for kind, start, end in _png_chunks(data):
        # OpenCV takes as much memory as a chunk says that it needs.
        if end - start > len(data):
            return None
        has_pixels = has_pixels or kind == b"IDAT"
        if kind == b"eXIf" and not has_pixels:
            orientation = _exif_orientation(data[start:end])
    return ImageHeader(width * height, width, height, bits, orientation)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    place = len(_PNG)
    while place + 8 <= len(data):
        size, kind = unpack_from(">I4s", data, place)
        yield kind, place + 8, place + 8 + size
        place += size + 12


def _jpeg(data: bytes) -> ImageHeader | None:
    orientation = UPRIGHT
    for marker, start, end in _jpeg_segments(data):
        if marker == _APP1 and data.startswith(_EXIF, start):
            orientation = _exif_orientation(data[start + len(_EXIF) : end])
        elif marker in _FRAMES:
            bits, height, width, channels = _FRAME.unpack_from(data, start)
            is_usual = marker in _USUAL_FRAMES and (bits, channels) == (_USUAL_BITS, _IN_COLOR)
            return ImageHeader(width * height, width, height, bits, orientation, is_usual)
    return None


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    place = len(_JPEG)
    while place >= 0:
        start, marker, size = _SEGMENT.unpack_from(data, place)
        if start != _MARKER:
            # Bytes between segments, which decoders read past, end where the next marker begins.
            place = data.find(_MARKER, place)
        elif marker in _NO_SEGMENT:
            place += 1 if marker == _MARKER else 2
        elif marker in (_SCAN, _END):
            return
        else:
            yield marker, place + 4, place + 2 + size
            place += 2 + max(size, 2)


def _exif_orientation(exif: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return UPRIGHT
    try:
        (start,) = unpack_from(f"{order}I", exif, 4)
        (count,) = unpack_from(f"{order}H", exif, start)
        for place in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _, value = unpack_from(f"{order}HHIH", exif, place)
            if tag == _ORIENTATION and kind == _SHORT and 1 <= value <= _LAST_ORIENTATION:
                return int(value)
    except error:
        pass
    return UPRIGHT


def _gif(data: bytes) -> ImageHeader:
    width, height, flags = unpack_from("<HHB", data, 6)
    place = 13 + _colors(flags)
    pixels = width * height
    while place < len(data) and data[place] in (_EXTENSION, _PICTURE):
        if data[place] == _PICTURE:
            _, _, wide, high, flags = unpack_from("<HHHHB", data, place + 1)
            # All frames are decoded, of which the first is used.
            pixels += wide * high
            place += 11 + _colors(flags)
        else:
            place += 2
        place = _behind_blocks(data, place)
    return ImageHeader(pixels, width, height)


def _colors(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _behind_blocks(data: bytes, place: int) -> int:
    while place < len(data) and data[place]:
        place += data[place] + 1
    return place + 1


def _bmp(data: bytes) -> ImageHeader:
    width, height = unpack_from("<ii", data, 18)
    return ImageHeader(abs(width) * abs(height), abs(width), abs(height))


def _pnm(data: bytes) -> ImageHeader | None:
    found = _PNM_SIZE.match(data)
    if found is None:
        return None
    width, height = map(int, found.groups())
    return ImageHeader(width * height, width, height)


_READERS = ((_PNG, _png), (_JPEG, _jpeg), (_GIF, _gif), (_BMP, _bmp), (_PNM, _pnm))
