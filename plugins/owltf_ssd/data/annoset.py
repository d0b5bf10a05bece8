"""Writes a database of images with true boxes, as SSD's convert_annoset does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import (
    OwltfError,
    atomic_outputs,
    check_stopped,
    decode_image,
    did_you_mean,
    progress_bar,
    refuse_existing,
    write_database,
)
from owltf_ssd.data.annotated_images import AnnotatedImage, annotated_images
from owltf_ssd.data.annotated_record import make_record
from owltf_ssd.data.label_map import label_map_text, read_class_labels
from owltf_ssd.data.true_boxes import COLUMNS, Rows

_COLOR = 3
_BACKGROUND = "background"


@dataclass(frozen=True)
class Annoset:
    """Images with true boxes, to be written.

    Attributes:
        images: the images.
        labels: the classes' labels by name.
        message: the class of `AnnotatedDatum`.
        max_pixels: the pixels that an image may have, None for the usual bound.
    """

    images: Sequence[AnnotatedImage]
    labels: Mapping[str, int]
    message: Any
    max_pixels: int | None = None

    def records(self) -> Iterator[tuple[bytes, bytes, str]]:
        """Yield each image's key and record, and its line in the file of sizes.

        Raises:
            OwltfError: if an image cannot be read, or an object is none of the classes.
        """
        for number, image in enumerate(self.images):
            check_stopped()
            contents = _contents(image)
            height, width = self._size(image, contents)
            rows = self._rows(image, width, height)
            key = f"{number:08d}_{image.path.name}".encode(errors="surrogateescape")[:511]
            record = make_record(self.message, contents, rows)
            yield key, record, f"{image.path.stem} {height} {width}\n"

    def _size(self, image: AnnotatedImage, contents: bytes) -> tuple[int, int]:
        try:
            height, width, _ = decode_image(
                contents, _COLOR, max_pixels=self.max_pixels, name=str(image.path)
            ).shape
        except ValueError as error:
            raise OwltfError(f"{image.path} ({image.where}): {error}") from error
        return height, width

    def _rows(self, image: AnnotatedImage, width: int, height: int) -> Rows:
        rows = np.zeros((len(image.boxes), COLUMNS), np.float32)
        for row, each in zip(rows, image.boxes, strict=True):
            if each.name not in self.labels:
                hint = did_you_mean(each.name, self.labels)
                raise OwltfError(f"{image.where}: the label map has no '{each.name}': {hint}")
            box = np.array(each.box) / [width, height, width, height]
            row[:] = (self.labels[each.name], 0, *np.clip(box, 0, 1), each.difficult)
        # Boxes beyond the image, or inside out, would have no area to be matched with.
        kept: Rows = rows[((rows[:, 4:6] - rows[:, 2:4]) > 0).all(1)]
        return kept


def convert(
    source: Path,
    out: Path,
    schema: Any,
    *,
    part: str | None,
    label_map: Path | None,
    backend: str,
    shuffle: bool,
    seed: int,
    max_image_pixels: int | None,
    force: bool,
    plain: bool,
    tell: Callable[[str], Any],
) -> None:
    """Write a data set's database, its label map and the sizes of its images.

    Raises:
        OwltfError: if something is there already, or a file is missing or wrong.
    """
    label_file, sizes_file = (
        out.with_name(f"{out.name}_{what}") for what in ("labelmap.prototxt", "sizes.txt")
    )
    refuse_existing([out, label_file, sizes_file], force=force)
    images = annotated_images(source, part)
    if shuffle:
        images = [images[place] for place in np.random.default_rng(seed).permutation(len(images))]
    labels = read_class_labels(label_map, schema) if label_map else _labels(images)
    annoset = Annoset(images, labels, schema.message("owltf_ssd.AnnotatedDatum"), max_image_pixels)
    sizes: list[str] = []
    with (
        write_database(out, backend.upper()) as writer,
        progress_bar(len(images), "images", plain=plain) as advance,
    ):
        for key, record, size in annoset.records():
            writer.put([(key, record)])
            sizes.append(size)
            advance()
    _write(sizes_file, "".join(sizes))
    _write(label_file, label_map_text({label: name for name, label in labels.items()}))
    found = Counter(box.name for image in images for box in image.boxes)
    tell(f"{out}: {len(images):,} images, {found.total():,} true boxes")
    for name, label in sorted(labels.items(), key=lambda item: item[1]):
        tell(f"{label} {name}: {found[name]:,} boxes")
    tell(f"{label_file}, {sizes_file}: the classes' labels, the images' heights and widths")


def _labels(images: Sequence[AnnotatedImage]) -> dict[str, int]:
    """Return labels for the classes that there are: from 1, by their names; 0 is the background."""
    names = sorted({box.name for image in images for box in image.boxes} - {_BACKGROUND})
    return {name: label for label, name in enumerate([_BACKGROUND, *names])}


def _write(path: Path, text: str) -> None:
    with atomic_outputs(path) as temporary:
        temporary.write_text(text, errors="surrogateescape")


def _contents(image: AnnotatedImage) -> bytes:
    try:
        return image.path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OwltfError(f"{image.path} ({image.where}): {reason}") from error
