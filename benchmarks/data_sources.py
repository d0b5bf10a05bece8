"""Measures how many records a second each source gives, beside the same in plain Python.

    python benchmarks/data_sources.py

Databases of made-up images are written into a temporary folder first. Plain Python is a loop over
lmdb, protobuf and NumPy; the machine's own limit for JPEG is the decoder alone on all processors.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import click
import cv2
import lmdb
import numpy as np
import tensorflow as tf

from owltf.caffe.net.read import net_from_text
from owltf.convert.context import NetContext
from owltf.data.data_layer import DataContext
from owltf.data.source.datum_record import Datum
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

REGISTRY = Registry(make_manager())
CROP, MEAN, SCALE = 227, 104, 0.00390625
AUGMENTED = f"crop_size: {CROP} mirror: true mean_value: {MEAN}"


def images(count: int, size: int, channels: int) -> Iterator[np.ndarray]:
    """Yield made-up images (H, W, C) that are as smooth as photographs."""
    rng = np.random.default_rng(0)
    for _ in range(count):
        small = rng.integers(0, 256, (size // 8 + 1, size // 8 + 1, channels), np.uint8)
        large = cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)
        yield large.reshape(size, size, channels)


def write(path: Path, records: Iterator[bytes]) -> Path:
    """Write an LMDB."""
    environment = lmdb.open(str(path), map_size=1 << 32)
    with environment, environment.begin(write=True) as transaction:
        for number, record in enumerate(records):
            transaction.put(b"%08d" % number, record)
    return path


def owltf_rate(type_: str, source: str, transform: str, seconds: float) -> float:
    """Return the records a second of a data layer, its batches taken in a graph as a run does."""
    text = f"""layer {{ name: "d" type: "{type_}" top: "data" top: "label" {source}
      transform_param {{ {transform} }} }}"""
    (parameter,) = net_from_text(text, REGISTRY.schema).parameter.layer
    context = DataContext(parameter, "benchmark", NetContext(REGISTRY, "TRAIN", seed=1))
    layer = REGISTRY.data_layers[type_](context)
    iterator = iter(layer.dataset(0))

    @tf.function
    def take(batches: Any) -> Any:
        total = 0.0
        for _ in tf.range(batches):
            total += next(iterator)[0][0, 0, 0, 0]
        return total

    take(tf.constant(2))
    batches = 8
    while True:
        start = time.perf_counter()
        take(tf.constant(batches))
        took = time.perf_counter() - start
        if took > seconds:
            return batches * layer.batch_size / took
        batches *= 2


def plain_rate(path: Path, batch: int, to_image: Callable[[Any], np.ndarray], **how: Any) -> float:
    """Return the records a second of a plain loop over an LMDB."""
    message, rng = REGISTRY.schema.message("Datum"), np.random.default_rng(0)
    cursor = lmdb.open(str(path), readonly=True, lock=False).begin().cursor()
    cursor.first()
    done, start = 0, time.perf_counter()
    while (took := time.perf_counter() - start) < how["seconds"]:
        taken, labels = [], []
        for _ in range(batch):
            datum = message.FromString(cursor.value())
            image = to_image(datum)
            if how["crop"]:
                top, left = rng.integers(image.shape[1] - CROP + 1, size=2)
                image = image[:, top : top + CROP, left : left + CROP]
                image = image[:, :, ::-1] if rng.integers(2) else image
                taken.append(image.astype(np.float32) - MEAN)
            else:
                taken.append(image.astype(np.float32) * SCALE)
            labels.append(datum.label)
            if not cursor.next():
                cursor.first()
        np.stack(taken)
        done += batch
    return done / took


def raw(datum: Any) -> np.ndarray:
    """Return the image of a raw Datum."""
    shape = datum.channels, datum.height, datum.width
    return np.frombuffer(datum.data, np.uint8).reshape(shape)


def decoded(datum: Any) -> np.ndarray:
    """Return the image of an encoded Datum."""
    image = cv2.imdecode(np.frombuffer(datum.data, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(image).transpose(2, 0, 1)


def decoder_rate(files: list[bytes], seconds: float) -> float:
    """Return the images a second that the decoder alone gives on all processors."""
    buffers = [np.frombuffer(file, np.uint8) for file in files]
    done, start = 0, time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while (took := time.perf_counter() - start) < seconds:
            for _ in pool.map(lambda each: cv2.imdecode(each, cv2.IMREAD_COLOR).size, buffers):
                done += 1
    return done / took


def tell(name: str, ours: float, **others: float) -> None:
    """Print a line of rates and ratios."""
    beside = ", ".join(f"{each} {rate:,.0f} ({ours / rate:.2f})" for each, rate in others.items())
    click.echo(f"{name:28} {ours:9,.0f} records/s; {beside}")


@click.command()
@click.option("--seconds", default=3.0, show_default=True, help="How long each is measured.")
def main(seconds: float) -> None:
    """Measure each source of data; in parentheses is owltf's rate over the other."""
    with tempfile.TemporaryDirectory() as folder:
        small = write(
            Path(folder, "small"),
            (Datum(image.transpose(2, 0, 1), 1).to_bytes() for image in images(20_000, 28, 1)),
        )
        large = write(
            Path(folder, "large"),
            (Datum(image.transpose(2, 0, 1), 1).to_bytes() for image in images(1000, 256, 3)),
        )
        files = [cv2.imencode(".jpg", each)[1].tobytes() for each in images(500, 256, 3)]
        encoded = write(
            Path(folder, "encoded"), (Datum(None, 1, file).to_bytes() for file in files)
        )
        for number, file in enumerate(files):
            Path(folder, f"{number}.jpg").write_bytes(file)
        listing = Path(folder, "list.txt")
        listing.write_text("".join(f"{number}.jpg 1\n" for number in range(len(files))))

        def lmdb_source(path: Path, batch: int) -> str:
            return f'data_param {{ source: "{path}" batch_size: {batch} backend: LMDB }}'

        tell(
            "LMDB 28x28x1 raw",
            owltf_rate("Data", lmdb_source(small, 64), f"scale: {SCALE}", seconds),
            plain=plain_rate(small, 64, raw, crop=False, seconds=seconds),
        )
        tell(
            "LMDB 256x256x3 raw, crop",
            owltf_rate("Data", lmdb_source(large, 32), AUGMENTED, seconds),
            plain=plain_rate(large, 32, raw, crop=True, seconds=seconds),
        )
        limit = decoder_rate(files, seconds)
        tell(
            "LMDB JPEG, crop",
            owltf_rate("Data", lmdb_source(encoded, 32), AUGMENTED, seconds),
            plain=plain_rate(encoded, 32, decoded, crop=True, seconds=seconds),
            decoder=limit,
        )
        source = (
            f'image_data_param {{ source: "{listing}" root_folder: "{folder}/" batch_size: 32 }}'
        )
        tell(
            "ImageData JPEG, crop",
            owltf_rate("ImageData", source, AUGMENTED, seconds),
            decoder=limit,
        )


if __name__ == "__main__":
    main()
