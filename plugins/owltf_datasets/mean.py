"""Computes the mean of a database's images, and writes it as Caffe's nets read it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.api import OwltfError, Records, atomic_outputs, open_database, progress_bar, record_error
from owltf_datasets.database_images import Bad, Images, database_images, raise_error
from owltf_datasets.imageset import dims
from owltf_datasets.options import Tell

_TOLD_EVERY = 10_000
_MOST_TOLD = 10

_log = logging.getLogger("owltf")


def mean_image(
    path: Path,
    tell: Tell,
    *,
    backend: str | None,
    max_image_pixels: int | None,
    skip_bad_records: bool,
    plain: bool,
) -> npt.NDArray[np.float32]:
    """Return the mean of a database's images, float32 (C, H, W).

    The sum of bytes is exact. Caffe adds in float32, which rounds from 65,794 images on.

    Args:
        path: the database.
        tell: called with Caffe's lines.
        backend: "lmdb" or "leveldb"; what it is unless given.
        max_image_pixels: the pixels that an encoded image may have, None for the usual bound.
        skip_bad_records: leave out records that are no image, and tell them.
        plain: show no progress bar.

    Raises:
        OwltfError: if it cannot be read, holds no image, or its images have several sizes.
    """
    records = open_database(path, backend and backend.upper())
    bad = _Bad() if skip_bad_records else raise_error
    total = _Sum(bad)
    tell("Starting iteration")
    with progress_bar(records.count, "records", plain=plain) as advance:
        for images in database_images(records, bad, max_image_pixels):
            before = total.count
            total.add(images, records)
            advance(len(images.pixels))
            for thousands in range(before // _TOLD_EVERY, total.count // _TOLD_EVERY):
                tell(f"Processed {(thousands + 1) * _TOLD_EVERY} files.")
    if total.count % _TOLD_EVERY:
        tell(f"Processed {total.count} files.")
    if isinstance(bad, _Bad) and bad.count:
        tell(f"{bad.count:,} of {records.count:,} records were skipped")
    if not total.count:
        raise OwltfError(f"{records.name}: no record can be used")
    return total.values.astype(np.float32) / np.float32(total.count)


def write_mean(path: Path, mean: npt.NDArray[np.float32], schema: Any) -> None:
    """Write a mean image (C, H, W) as a binaryproto, with the fields that Caffe writes."""
    channels, height, width = mean.shape
    blob = schema.message("BlobProto")(num=1, channels=channels, height=height, width=width)
    blob.data.extend(mean.ravel().tolist())
    with atomic_outputs(path) as temporary:
        temporary.write_bytes(blob.SerializeToString())


class _Bad:
    """The records that are left out: the first ones are told."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, error: OwltfError) -> None:
        self.count += 1
        if self.count <= _MOST_TOLD:
            _log.warning("Skipped a record: %s", error)


class _Sum:
    """The sum of images of one size."""

    def __init__(self, bad: Bad) -> None:
        self._bad = bad
        self.values: npt.NDArray[np.float64] = np.empty(0)
        self.count = 0

    def add(self, images: Images, records: Records) -> None:
        shape = images.pixels.shape[1:]
        if not self.count:
            self.values = np.zeros(shape)
        if shape != self.values.shape:
            reason = (
                f"is an image of {dims(shape)} where the first is {dims(self.values.shape)}; a "
                f"mean needs one size"
            )
            for number in images.numbers.tolist():
                self._bad(record_error(records, number, reason))
            return
        exact = np.uint64 if images.pixels.dtype == np.uint8 else np.float64
        self.values += images.pixels.sum(0, exact)
        self.count += len(images.pixels)
