"""Lists of images whose labels are images of the same size, or a number, or missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import DataContext, OwltfError, RecordOrder, RootFolder, decode_image, resize_image

# What a label is: an image, a number of the whole image, or nothing.
PIXEL, IMAGE, NONE = "PIXEL", "IMAGE", "NONE"
_WORDS = {PIXEL: "two paths, the image's and its labels'", NONE: "a path"}
_WORDS[IMAGE] = "a path and a whole number, the label"
_PATTERN = {PIXEL: r"(\S+)\s+(\S+)", IMAGE: r"(.*\S)\s+(-?\d{1,9})", NONE: r"(.*\S)()"}


@dataclass(frozen=True)
class Pair:
    """A line of a list.

    Attributes:
        name: the image's path as it is written.
        label: the label image's path, or the number; empty without label.
        line: the line's number, from 1.
    """

    name: str
    label: str
    line: int


def read_pairs(listing: Path, kind: str) -> list[Pair]:
    """Return the lines of a list that are not blank.

    Args:
        listing: the list.
        kind: PIXEL, IMAGE or NONE.

    Raises:
        OwltfError: if it is no text, has no lines, or one is of another kind.
    """
    try:
        text = listing.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise OwltfError(f"{listing} is not a list of images: {error}") from error
    pairs = list(_pairs(listing, text, kind))
    if not pairs:
        raise OwltfError(f"{listing} names no images")
    return pairs


def _pairs(listing: Path, text: str, kind: str) -> Iterator[Pair]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        found = re.fullmatch(_PATTERN[kind], line.strip())
        if found is None:
            raise OwltfError(
                f"{listing}:{number}: a line must be {_WORDS[kind]}; got {line.strip()[:80]!r}"
            )
        yield Pair(found[1], found[2], number)


@dataclass(frozen=True)
class PairedImages:
    """Images and their labels, read one by one.

    Attributes:
        listing: the list.
        pairs: its lines.
        kind: what the labels are.
        folder: where the paths begin.
        order: the order of the lines in each epoch.
        channels: 3 for colour, 1 for grey.
        size: the height and width that each is resized to; None to keep its own.
        max_pixels: the pixels that an image may have.
    """

    listing: Path
    pairs: Sequence[Pair]
    kind: str
    folder: RootFolder
    order: RecordOrder
    channels: int
    size: tuple[int, int] | None
    max_pixels: int | None

    @classmethod
    def of(cls, context: DataContext, parameter: Any, kind: str) -> PairedImages:
        """Return the images of a layer.

        Args:
            context: the layer's context.
            parameter: the message with `source`, `root_folder`, `shuffle`, `is_color`,
                `new_height` and `new_width`.
            kind: what the labels are.

        Raises:
            OwltfError: if the list is missing or wrong, or one of two sizes is missing.
        """
        listing = context.find("source", parameter.source)
        pairs = read_pairs(listing, kind)
        if bool(parameter.new_height) != bool(parameter.new_width):
            raise OwltfError("new_height and new_width must be given both or neither")
        size = (int(parameter.new_height), int(parameter.new_width))
        key = (context.seed, context.name, "shuffle") if parameter.shuffle else None
        return cls(
            listing=listing,
            pairs=pairs,
            kind=kind,
            folder=RootFolder(parameter.root_folder, context, listing.parent),
            order=RecordOrder(len(pairs), key),
            channels=3 if parameter.is_color else 1,
            size=size if all(size) else None,
            max_pixels=context.net.max_image_pixels,
        )

    def pair(self, number: int) -> Pair:
        """Return the line that a record is read from."""
        return self.pairs[int(self.order.places(number, 1)[0])]

    def load(self, number: int) -> tuple[Any, Any]:
        """Return the image (H, W, C) and the labels (H, W) of a record, or its number.

        Raises:
            ValueError: if they cannot be read, or differ in size.
        """
        pair = self.pair(number)
        image = self._decoded(pair.name, self.channels)
        image = image if self.size is None else resize_image(image, self.size)
        if self.kind != PIXEL:
            return image, float(pair.label or 0)
        labels = self._decoded(pair.label, 1)[:, :, 0]
        labels = labels if self.size is None else nearest(labels, self.size)
        if labels.shape != image.shape[:2]:
            raise ValueError(f"is {image.shape[:2]} and its labels '{pair.label}' {labels.shape}")
        return image, labels

    def _decoded(self, name: str, channels: int) -> Any:
        try:
            contents = self.folder.read(name)
        except OwltfError as error:
            raise ValueError(f"cannot be read: {error}") from error
        return decode_image(contents, channels, max_pixels=self.max_pixels, name=name)

    def error(self, number: int, reason: str) -> OwltfError:
        """Return an error that names the line and the image of a record."""
        pair = self.pair(number)
        return OwltfError(f"{self.listing}:{pair.line}: image '{pair.name}' {reason}")


def nearest(labels: Any, size: Sequence[int]) -> Any:
    """Return labels (H, W) in another size, each the nearest one before, as OpenCV takes it."""
    rows, columns = (
        np.arange(new) * old // new for new, old in zip(size, labels.shape[:2], strict=True)
    )
    return labels[rows][:, columns]
