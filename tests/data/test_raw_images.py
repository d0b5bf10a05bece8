from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from owltf.data.bad_records import BadRecords
from owltf.data.raw_images import RawImages, RawReader, mismatch
from owltf.data.source.datum import read_layout
from owltf.data.source.lmdb import LmdbRecords
from owltf.data.transform import Transform


def transform(crop_size=0):
    return Transform(crop_size, False, False, 1.0, None, key=1)


def layer(batch_size, one_size="resize them"):
    return SimpleNamespace(
        batch_size=batch_size,
        own_rows=(0, batch_size),
        one_size=one_size,
        takes_any_size=one_size is None,
    )


@pytest.fixture
def make_images(write_lmdb):
    def make(records, shape, crop_size=0):
        records = LmdbRecords(write_lmdb(records))
        bad = BadRecords(SimpleNamespace(net=SimpleNamespace(skip_bad_records=False)), 9)
        return RawImages(records, shape, np.uint8, transform(crop_size), bad)

    return make


def test_a_chunk_is_several_batches(make_images, make_datum):
    pixels = np.random.default_rng(0).integers(0, 256, (7, 1, 3, 2), np.uint8)
    images = make_images((make_datum(each, n * 50) for n, each in enumerate(pixels)), (1, 3, 2))
    read, labels = RawReader(images, 2, layer(4)).read(5)
    assert read.shape == (2, 4, 1, 3, 2)
    order = np.arange(5, 13) % 7
    np.testing.assert_array_equal(read.reshape(8, 1, 3, 2), pixels[order])
    np.testing.assert_array_equal(labels.ravel(), order * 50)


def test_images_of_several_sizes_are_cropped(make_images, make_datum):
    pixels = [np.full(shape, 9, np.uint8) for shape in ((1, 3, 4), (1, 4, 3), (1, 3, 3))]
    images = make_images((make_datum(each) for each in pixels), (1, 3, 4), crop_size=3)
    read, _ = RawReader(images, 1, layer(3)).read(0)
    assert read.shape == (3, 1, 3, 3)
    assert (read == 9).all()


def test_mismatch(make_images, make_datum):
    images = make_images([b"x"], (1, 3, 2))
    small, floats = np.zeros((1, 2, 2), np.uint8), np.zeros((1, 3, 2), np.float32)
    layouts = [read_layout(make_datum(pixels)) for pixels in (small, floats, b"")]
    assert [mismatch(each, images, "resize them") for each in layouts] == [
        "is 1x2x2 where the first is 1x3x2; resize them",
        None,
        "is an encoded image where the first record is a raw one",
    ]
    assert mismatch(layouts[0], images, None) is None


def test_bytes_among_floats(make_images, make_datum):
    mixed = [np.full((1, 3, 2), 7, np.uint8), np.full((1, 3, 2), 0.5, np.float32)]
    images = make_images([make_datum(each, n) for n, each in enumerate(mixed)], (1, 3, 2))
    read, labels = RawReader(images, 1, layer(2)).read(0)
    np.testing.assert_array_equal(read, mixed)
    np.testing.assert_array_equal(labels, [0, 1])


def test_images_of_any_size_come_as_they_are(make_images, make_datum):
    sizes = [(1, 3, 4), (1, 5, 2), (1, 2, 2)]
    images = make_images([make_datum(np.ones(each, np.uint8)) for each in sizes], (1, 3, 4))
    reader = RawReader(images, 1, layer(1, one_size=None))
    assert [reader.read(n)[0].shape[1:] for n in range(3)] == sizes
