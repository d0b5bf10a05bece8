"""Files of MNIST and CIFAR-10 that are damaged."""

from __future__ import annotations

import gzip
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from owltf_datasets.digit_files import pairs, read_cifar, read_mnist

from owltf.api import OwltfError

IMAGES = np.arange(24, dtype=np.uint8).reshape(4, 1, 3, 2)
LABELS = np.arange(4, dtype=np.uint8)
IMAGE_FILE = pack(">IIII", 2051, 4, 3, 2) + IMAGES.tobytes()
LABEL_FILE = pack(">II", 2049, 4) + LABELS.tobytes()


@pytest.mark.parametrize("pack_file", [bytes, gzip.compress])
def test_mnist(tmp_path: Path, pack_file: type) -> None:
    (tmp_path / "i").write_bytes(pack_file(IMAGE_FILE))
    (tmp_path / "l").write_bytes(pack_file(LABEL_FILE))
    images, labels = read_mnist(tmp_path / "i", tmp_path / "l")
    np.testing.assert_array_equal(images, IMAGES)
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize(
    ("images", "labels", "reason"),
    [
        (LABEL_FILE, LABEL_FILE, "Incorrect image file magic: 2049, where 2051 is needed"),
        (IMAGE_FILE, b"", "Incorrect label file magic: 0"),
        (IMAGE_FILE[:-1], LABEL_FILE, "i is cut short: 23 bytes where 24 should follow"),
        (IMAGE_FILE[:10], LABEL_FILE, "i is cut short"),
        (IMAGE_FILE, LABEL_FILE[:-1], "l is cut short: 3 bytes where 4 should follow"),
        (IMAGE_FILE, pack(">II", 2049, 5) + bytes(5), "holds 4 images, .*l 5 labels"),
        # Without the time, which would be in the name of the test and differ among processes.
        (gzip.compress(IMAGE_FILE, mtime=0)[:-9], LABEL_FILE, "Unable to open file .*i: "),
    ],
)
def test_damaged_mnist(tmp_path: Path, images: bytes, labels: bytes, reason: str) -> None:
    (tmp_path / "i").write_bytes(images)
    (tmp_path / "l").write_bytes(labels)
    with pytest.raises(OwltfError, match=reason):
        read_mnist(tmp_path / "i", tmp_path / "l")


def test_damaged_cifar(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(3074))
    with pytest.raises(OwltfError, match="3,073 bytes for each image; this has 3,074"):
        read_cifar(tmp_path / "a.bin")
    with pytest.raises(OwltfError, match="Unable to open file .*none.bin: no such file"):
        read_cifar(tmp_path / "none.bin")


def test_pairs_depend_on_the_seed() -> None:
    drawn = [list(pairs(IMAGES, LABELS % 2, seed)) for seed in (1, 1, 2)]
    assert [label for _, label in drawn[0]] == [label for _, label in drawn[1]]
    assert len(drawn[0]) == 4
    for image, label in drawn[0]:
        classes = [int(each[0, 0]) // 6 % 2 for each in image]
        assert label == (classes[0] == classes[1])
    np.testing.assert_equal([image for image, _ in drawn[0]], [image for image, _ in drawn[1]])
    assert any((a != b).any() for (a, _), (b, _) in zip(drawn[0], drawn[2], strict=True))
