"""The commands `owltf convert-mnist` and `owltf convert-cifar`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from owltf.api import StoppableCommand, check_stopped, refuse_existing
from owltf_datasets.options import CAFFE_SPELLINGS, backend_option, force_option, tell

_AT_ONCE = 1000
_path = click.Path(path_type=Path)
_plain = click.option("--plain", is_flag=True, hidden=True)


@click.command("convert-mnist", cls=StoppableCommand, context_settings=CAFFE_SPELLINGS)
@click.argument("images", metavar="IMAGES", type=_path)
@click.argument("labels", metavar="LABELS", type=_path)
@click.argument("out", metavar="OUT", type=_path)
@backend_option
@click.option("--pairs", "in_pairs", is_flag=True, help="Store drawn pairs, for a siamese net.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="N",
    help="Which pairs are drawn depends on this alone.",
)
@force_option
@_plain
def convert_mnist(
    images: Path,
    labels: Path,
    out: Path,
    backend: str,
    in_pairs: bool,
    seed: int,
    force: bool,
    plain: bool,
) -> None:
    """Make a database of MNIST's files, as Caffe's convert_mnist_data does.

    IMAGES and LABELS are files such as train-images-idx3-ubyte and train-labels-idx1-ubyte,
    compressed or not. With --pairs an image has two channels, and its label says whether both are
    the same digit, as convert_mnist_siamese_data makes them.
    """
    from owltf_datasets.digit_files import pairs, read_mnist

    refuse_existing([out], force=force)
    pixels, classes = read_mnist(images, labels)
    tell(f"A total of {len(pixels)} items.")
    tell(f"Rows: {pixels.shape[2]} Cols: {pixels.shape[3]}")
    items = pairs(pixels, classes, seed) if in_pairs else zip(pixels, classes, strict=True)
    count = _write(out, backend, items, digits=8)
    tell(f"Processed {count} files.")


@click.command("convert-cifar", cls=StoppableCommand, context_settings=CAFFE_SPELLINGS)
@click.argument("folder", metavar="FOLDER", type=_path)
@click.argument("out", metavar="OUT", type=_path)
@backend_option
@force_option
@_plain
def convert_cifar(folder: Path, out: Path, backend: str, force: bool, plain: bool) -> None:
    """Make databases of CIFAR-10's files, as Caffe's convert_cifar_data does.

    FOLDER holds data_batch_1.bin to data_batch_5.bin and test_batch.bin. OUT is a folder, which
    gets cifar10_train_lmdb and cifar10_test_lmdb. The channels stay in the files' order, RGB.
    """
    from owltf_datasets.digit_files import TEST_FILES, TRAIN_FILES, read_cifar

    parts = {"train": TRAIN_FILES, "test": TEST_FILES}
    paths = {part: out / f"cifar10_{part}_{backend}" for part in parts}
    refuse_existing(paths.values(), force=force)
    for part, files in parts.items():
        tell(f"Writing {part.capitalize()}ing data")
        read = (read_cifar(folder / name) for name in files)
        items = (item for images, labels in read for item in zip(images, labels, strict=True))
        count = _write(paths[part], backend, items, digits=5)
        tell(f"{paths[part]}: {count:,} records of 3x32x32")


def _write(out: Path, backend: str, items: Iterable[tuple[Any, Any]], digits: int) -> int:
    """Write records whose keys are their numbers, and return how many."""
    from owltf.api import Datum, write_database

    number = 0
    records: list[tuple[bytes, bytes]] = []
    with write_database(out, backend.upper()) as writer:
        for image, label in items:
            records.append((b"%0*d" % (digits, number), Datum(image, int(label)).to_bytes()))
            number += 1
            if len(records) == _AT_ONCE:
                check_stopped()
                writer.put(records)
                records = []
        writer.put(records)
    return number
