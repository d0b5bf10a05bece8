"""Writes a database of the images of a list, as Caffe's convert_imageset does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np

from owltf.api import DatabaseWriter, OwltfError
from owltf_datasets.image_record import ImageForm, ImageRecord
from owltf_datasets.in_parallel import in_parallel
from owltf_datasets.options import Tell

_TOLD_EVERY = 1000
_AT_ONCE = 100
_LONGEST_KEY = 511


class Image(NamedTuple):
    """An image to store.

    Attributes:
        name: how the list names it; it becomes part of the record's key.
        path: its file.
        label: its class.
        where: the place in the list, for errors: "list.txt:7".
    """

    name: str
    path: Path
    label: int
    where: str


@dataclass
class Stored:
    """What was stored.

    Attributes:
        count: how many records.
        labels: how many of each class.
        skipped: how many images could not be read.
        shapes: C, H and W of each size, the first one's first.
    """

    count: int
    labels: Counter[int]
    skipped: int = 0
    shapes: dict[tuple[int, ...], None] = field(default_factory=dict)

    def describe(self) -> str:
        """Return what was stored, in words."""
        skipped = f"; {self.skipped:,} images skipped" if self.skipped else ""
        labels = f"labels {min(self.labels)} to {max(self.labels)}" if self.labels else "no labels"
        return f"{self.count:,} records of {self._sizes()}, {labels}{skipped}"

    def _sizes(self) -> str:
        first = dims(next(iter(self.shapes), ()))
        return first if len(self.shapes) < 2 else f"{len(self.shapes):,} sizes"


@dataclass(frozen=True)
class Imageset:
    """The images of a list, and the form in which they are stored.

    Attributes:
        images: the images, in the order of the records.
        form: what becomes of each.
        check_size: whether all must have one size.
        skip: whether images that cannot be read are left out, and told.
    """

    images: Sequence[Image]
    form: ImageForm
    check_size: bool = False
    skip: bool = False

    def write(self, writer: DatabaseWriter, tell: Tell, advance: Callable[[], object]) -> Stored:
        """Write the records, and return what they are.

        Args:
            writer: takes the records.
            tell: called with Caffe's lines, and one for each image that is skipped.
            advance: called after each image.

        Raises:
            OwltfError: if an image cannot be read, or has another size than the first.
        """
        stored, pending = Stored(0, Counter()), []
        for number, found in enumerate(in_parallel(partial(_record, self.form), self.images)):
            advance()
            if isinstance(found, OwltfError):
                self._skip(found, self.images[number], stored, tell)
                continue
            pending.append((_key(number, self.images[number]), found.datum.to_bytes()))
            self._count(found, self.images[number], stored)
            if len(pending) == _AT_ONCE:
                writer.put(pending)
                pending = []
            if not stored.count % _TOLD_EVERY:
                tell(f"Processed {stored.count} files.")
        writer.put(pending)
        if stored.count % _TOLD_EVERY:
            tell(f"Processed {stored.count} files.")
        return stored

    def _skip(self, error: OwltfError, image: Image, stored: Stored, tell: Tell) -> None:
        if not self.skip:
            raise OwltfError(f"{image.where}: {error}") from error
        stored.skipped += 1
        tell(f"Could not open or find file {image.path} ({image.where}: {error})")

    def _count(self, record: ImageRecord, image: Image, stored: Stored) -> None:
        stored.shapes.setdefault(record.shape)
        first = next(iter(stored.shapes))
        if self.check_size and prod(record.shape) != prod(first):
            raise OwltfError(
                f"{image.where}: {image.path} is {dims(record.shape)} where the first image is "
                f"{dims(first)}; --check-size wants one size"
            )
        stored.count += 1
        stored.labels[image.label] += 1


def shuffled(images: Sequence[Image], seed: int) -> list[Image]:
    """Return images in an order that depends on the seed alone."""
    return [images[place] for place in np.random.default_rng(seed).permutation(len(images))]


def _record(form: ImageForm, image: Image) -> ImageRecord | OwltfError:
    try:
        return form.record(image.path, image.label)
    except OwltfError as error:
        return error


def _key(number: int, image: Image) -> bytes:
    key = f"{number:08d}_{image.name}".encode(errors="surrogateescape")
    if len(key) > _LONGEST_KEY:
        raise OwltfError(f"{image.where}: a name may have {_LONGEST_KEY - 9} bytes; this is longer")
    return key


def dims(shape: Sequence[int]) -> str:
    """Return a shape as text: "3x36x34"."""
    return "x".join(map(str, shape))


def image_lines(images: Sequence[Image]) -> Iterator[str]:
    """Yield the lines of a list of images."""
    for image in images:
        yield f"{image.name} {image.label}\n"
