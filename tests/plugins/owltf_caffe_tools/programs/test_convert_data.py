"""The programs for MNIST and CIFAR-10, on small files of the same form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from struct import pack

import numpy as np
from click.testing import Result

from owltf.api import Datum, open_database

Owltf = Callable[..., Result]


def records(path: Path) -> list[tuple[str, bytes]]:
    """Return the keys and records of a database."""
    found = open_database(path)
    read = found.reader().read(0, found.count)
    return [(found.key(number), bytes(each)) for number, each in enumerate(read)]


def test_mnist_and_pairs(here: Path, owltf: Owltf) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 5, 4), np.uint8)
    labels = (np.arange(20) % 3).astype(np.uint8)
    Path("images").write_bytes(pack(">IIII", 2051, 20, 5, 4) + images.tobytes())
    Path("labels").write_bytes(pack(">II", 2049, 20) + labels.tobytes())
    result = owltf("caffe-tool", "convert_mnist_data.bin", "images", "labels", "db")
    assert result.exit_code == 0, result.output
    for number, (key, record) in enumerate(records(Path("db"))):
        datum = Datum.parse(record)
        assert (key, datum.label) == (f"{number:08}", number % 3)
        np.testing.assert_array_equal(datum.image, images[number][None])
        # Caffe writes no field `encoded` here.
        assert record == Datum(datum.image, datum.label).to_bytes()
    result = owltf("caffe-tool", "convert_mnist_siamese_data", "images", "labels", "pairs")
    assert result.exit_code == 0, result.output
    found = [Datum.parse(record) for _, record in records(Path("pairs"))]
    assert {datum.image.shape for datum in found} == {(2, 5, 4)}
    assert {datum.label for datum in found} == {0, 1}
    assert Path("pairs/CURRENT").exists()


def test_cifar(here: Path, owltf: Owltf) -> None:
    data = np.random.default_rng(0).integers(0, 10, (12, 3073), np.uint8)
    for number in range(5):
        Path(f"data_batch_{number + 1}.bin").write_bytes(data[2 * number : 2 * number + 2])
    Path("test_batch.bin").write_bytes(data[10:])
    Path("out").mkdir()
    result = owltf("caffe-tool", "convert_cifar_data.bin", ".", "out", "lmdb")
    assert result.exit_code == 0, result.output
    found = records(Path("out/cifar10_train_lmdb"))
    assert [key for key, _ in found] == [f"{number:05}" for number in range(10)]
    for row, (_, record) in zip(data, found, strict=False):
        datum = Datum.parse(record)
        assert datum.label == row[0]
        np.testing.assert_array_equal(datum.image.ravel(), row[1:])
    assert len(records(Path("out/cifar10_test_lmdb"))) == 2
