"""The work of Caffe's data layers in straightforward Python, a record at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import cv2
import h5py
import lmdb
import numpy as np
from turns import Program

CROP, MEAN, SCALE = 227, 104, 0.00390625

Image = np.ndarray


def databases(path: Path, datum: Any) -> Iterator[Image]:
    """Yield the images (C, H, W) of an LMDB of Datums, over and over.

    Args:
        path: the LMDB.
        datum: Caffe's message.
    """
    with lmdb.open(str(path), readonly=True, lock=False).begin() as transaction:
        while True:
            for _, value in transaction.cursor():
                record = datum.FromString(value)
                yield _decoded(record.data) if record.encoded else _raw(record)


def rows(path: Path) -> Iterator[Image]:
    """Yield the rows of an HDF5 file, over and over."""
    with h5py.File(path, "r") as file:
        while True:
            for number in range(len(file["data"])):
                yield file["data"][number]


def files(folder: Path, count: int) -> Iterator[Image]:
    """Yield the images (C, H, W) of JPEG files, over and over."""
    for number in cycle(range(count)):
        yield _decoded(Path(folder, f"{number}.jpg").read_bytes())


def windows(folder: Path, count: int) -> Iterator[Image]:
    """Yield a window of each image, warped to a square (C, H, W), over and over."""
    for image in files(folder, count):
        warped = cv2.resize(image.transpose(1, 2, 0)[30:221, 20:201], (CROP, CROP))
        yield warped.transpose(2, 0, 1)


def scaled(image: Image) -> Image:
    """Return an image times the scale."""
    return image.astype(np.float32) * np.float32(SCALE)


def less_mean(image: Image) -> Image:
    """Return an image minus the mean."""
    return image.astype(np.float32) - np.float32(MEAN)


def augmented(image: Image) -> Image:
    """Return an image cropped and mirrored at random, minus the mean."""
    room = image.shape[1] - CROP + 1
    top, left = np.random.randint(room), np.random.randint(room)
    image = image[:, top : top + CROP, left : left + CROP]
    return less_mean(image[:, :, ::-1] if np.random.randint(2) else image)


def batches(images: Iterator[Image], finish: Callable[[Image], Image], size: int) -> Program:
    """Return a program that makes a number of batches of images."""

    def run(count: int) -> None:
        for _ in range(count):
            np.stack([finish(each) for each in islice(images, size)])

    return run


def decoder(photos: list[bytes], size: int) -> Program:
    """Return a program that only decodes batches of JPEGs, on all processors: the limit."""
    buffers = cycle([np.frombuffer(photo, np.uint8) for photo in photos])
    pool = ThreadPoolExecutor(os.cpu_count())

    def run(count: int) -> None:
        for _ in pool.map(_decode, islice(buffers, count * size)):
            pass

    return run


def _decode(buffer: Any) -> int:
    return int(np.size(cv2.imdecode(buffer, cv2.IMREAD_COLOR)))


def _raw(record: Any) -> Image:
    shape = record.channels, record.height, record.width
    return np.frombuffer(record.data, np.uint8).reshape(shape)


def _decoded(contents: bytes) -> Image:
    image = cv2.imdecode(np.frombuffer(contents, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(image).transpose(2, 0, 1)
