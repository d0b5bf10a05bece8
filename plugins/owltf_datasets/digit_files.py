"""Reads the files in which MNIST and CIFAR-10 are distributed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.api import OwltfError

_IMAGES, _LABELS = 2051, 2049
_HEAD, _SIZE = Struct(">II"), Struct(">II")
_CIFAR_SHAPE, _CIFAR_BYTES = (3, 32, 32), 3073
_GZIP = b"\x1f\x8b"
TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILES = ("test_batch.bin",)

Bytes = npt.NDArray[np.uint8]


def read_mnist(images: Path, labels: Path) -> tuple[Bytes, Bytes]:
    """Return MNIST's images, uint8 (N, 1, H, W), and their labels, uint8 (N,).

    Args:
        images: a file as `train-images-idx3-ubyte`, compressed by gzip or not.
        labels: a file as `train-labels-idx1-ubyte`.

    Raises:
        OwltfError: if they are none, are cut short, or disagree in number.
    """
    image_data, count = _idx(images, _IMAGES, "image")
    label_data, labelled = _idx(labels, _LABELS, "label")
    if count != labelled:
        raise OwltfError(f"{images} holds {count:,} images, {labels} {labelled:,} labels")
    if len(image_data) < _SIZE.size:
        raise OwltfError(f"{images} is cut short")
    rows, columns = _SIZE.unpack_from(image_data)
    pixels = _exactly(images, image_data[_SIZE.size :], count * rows * columns)
    return pixels.reshape(count, 1, rows, columns), _exactly(labels, label_data, count)


def read_cifar(path: Path) -> tuple[Bytes, Bytes]:
    """Return the images of a file of CIFAR-10, uint8 (N, 3, 32, 32), RGB, and their labels.

    Raises:
        OwltfError: if it is none.
    """
    data = np.frombuffer(_contents(path), np.uint8)
    if not len(data) or len(data) % _CIFAR_BYTES:
        raise OwltfError(
            f"{path}: a file of CIFAR-10 has {_CIFAR_BYTES:,} bytes for each image; this has "
            f"{len(data):,}"
        )
    records = data.reshape(-1, _CIFAR_BYTES)
    return records[:, 1:].reshape(-1, *_CIFAR_SHAPE), records[:, 0]


def pairs(images: Bytes, labels: Bytes, seed: int) -> Iterator[tuple[Any, int]]:
    """Yield as many drawn pairs as there are images, each with 1 if they are of one class, else 0.

    A pair is an image of two channels.
    """
    drawn = np.random.default_rng(seed).integers(0, len(images), (len(images), 2))
    for first, second in drawn.tolist():
        same = int(labels[first] == labels[second])
        yield np.concatenate([images[first], images[second]]), same


def _idx(path: Path, magic: int, kind: str) -> tuple[bytes, int]:
    """Return what follows the head of a file, and how many items it holds."""
    data = _contents(path)
    found, count = _HEAD.unpack_from(data) if len(data) >= _HEAD.size else (0, 0)
    if found != magic:
        raise OwltfError(f"{path}: Incorrect {kind} file magic: {found}, where {magic} is needed")
    return data[_HEAD.size :], count


def _exactly(path: Path, data: bytes, size: int) -> Bytes:
    if len(data) != size:
        raise OwltfError(f"{path} is cut short: {len(data):,} bytes where {size:,} should follow")
    return np.frombuffer(data, np.uint8)


def _contents(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(_GZIP) else data
    except (OSError, EOFError) as error:
        reason = str(getattr(error, "strerror", None) or error).lower()
        raise OwltfError(f"Unable to open file {path}: {reason}") from error
