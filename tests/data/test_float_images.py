from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from owltf.data.float_images import FloatImages, cropped, mirror_rows
from owltf.data.transform import read_transform

SHAPE = (3, 36, 34)
TEXTS = [
    "crop_size: 5 mirror: true mean_value: 1 mean_value: 2 mean_value: 3 scale: 0.017",
    "crop_size: 34",
    "mirror: true scale: 0.5",
    "mean_value: 100",
    "",
    'crop_size: 20 mirror: true mean_file: "mean.binaryproto" scale: 0.5',
    'mirror: true mean_file: "mean.binaryproto"',
    'mean_file: "mean.binaryproto"',
]


@pytest.fixture
def transform(make_context):
    def make(text, phase):
        layer = f'layer {{ name: "cats" type: "Data" transform_param {{ {text} }} }}'
        return read_transform(make_context(layer, phase=phase), SHAPE)

    return make


def image_by_image(transform, images, corners, mirrored):
    """Do what Caffe's DataTransformer does to each image (C, H, W)."""
    mean = np.float32(0) if transform.mean is None else transform.mean
    side = transform.crop_size
    for image, (top, left), mirror in zip(images, corners, mirrored, strict=True):
        values = (image.astype(np.float32) - mean) * np.float32(transform.scale)
        values = values[:, top : top + side, left : left + side] if side else values
        yield values[..., ::-1] if mirror else values


def made(transform, count, channels_last):
    batch = FloatImages(transform, (count, *transform.output_shape(SHAPE)), channels_last)
    batch.array.fill(np.nan)
    return batch


def in_caffe(batch, channels_last):
    return batch.array.transpose(0, 3, 1, 2) if channels_last else batch.array


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
@pytest.mark.parametrize("text", TEXTS)
def test_equals_the_definition(text, phase, channels_last, transform):
    done = transform(text, phase)
    images = np.random.default_rng(0).integers(0, 256, (16, *SHAPE), np.uint8)
    corners, mirrored = done.draw(5, np.array([SHAPE[1:]] * 16))
    expected = list(image_by_image(done, images, corners, mirrored))
    for given in (images, images.astype(np.float32)):
        batch = made(done, 16, channels_last)
        for places in (np.arange(6), np.arange(6, 16)):
            batch.put_many(places, given[places], corners[places], mirrored[places])
        np.testing.assert_array_equal(in_caffe(batch, channels_last), expected)
        np.testing.assert_array_equal(given, images)
    batch = made(done, 16, channels_last)
    for place in range(16):
        whole = np.ascontiguousarray(images[place].transpose(1, 2, 0))
        batch.put(place, whole, corners[place], mirrored[place])
    np.testing.assert_array_equal(in_caffe(batch, channels_last), expected)


@pytest.mark.parametrize("channels_last", [False, True])
def test_places_that_do_not_follow_each_other(channels_last, transform):
    done = transform("crop_size: 5", "TRAIN")
    images = np.random.default_rng(0).integers(0, 256, (4, *SHAPE), np.uint8)
    corners, mirrored = done.draw(0, np.array([SHAPE[1:]] * 4))
    batch = made(done, 6, channels_last)
    batch.put_many(np.array([0, 2, 3, 5]), images, corners, mirrored)
    found = in_caffe(batch, channels_last)
    expected = list(image_by_image(done, images, corners, mirrored))
    np.testing.assert_array_equal(found[[0, 2, 3, 5]], expected)
    assert np.isnan(found[[1, 4]]).all()


def test_large_images_are_made_one_by_one(transform, monkeypatch):
    monkeypatch.setattr("owltf.data.float_images._CACHED_BYTES", 1)
    images = np.random.default_rng(0).integers(0, 256, (6, *SHAPE), np.uint8)
    for text, channels_last in product(TEXTS, (False, True)):
        done = transform(text, "TRAIN")
        corners, mirrored = done.draw(0, np.array([SHAPE[1:]] * 6))
        batch = made(done, 6, channels_last)
        batch.put_many(np.arange(6), images, corners, mirrored)
        expected = list(image_by_image(done, images, corners, mirrored))
        np.testing.assert_array_equal(in_caffe(batch, channels_last), expected)


def test_a_large_image_less_the_mean_of_its_channels(transform, monkeypatch):
    monkeypatch.setattr("owltf.data.float_images._MOST_TILED", 1)
    done = transform("mean_value: 1 mean_value: 2.7 mean_value: 3", "TEST")
    image = np.random.default_rng(0).integers(0, 256, (36, 34, 3), np.uint8)
    batch = made(done, 1, channels_last=True)
    batch.put(0, image, (0, 0), False)
    wanted = image.astype(np.float32) - np.array((1, 2.7, 3), np.float32)
    np.testing.assert_array_equal(batch.array[0], wanted)


def test_gray_images(make_context):
    layer = 'layer { name: "d" type: "Data" transform_param { crop_size: 4 mean_value: 3 } }'
    done = read_transform(make_context(layer, phase="TEST"), (1, 6, 6))
    image = np.arange(36, dtype=np.uint8).reshape(6, 6, 1)
    for channels_last in (False, True):
        batch = FloatImages(done, (1, 1, 4, 4), channels_last)
        batch.put(0, image, (1, 1), True)
        np.testing.assert_array_equal(batch.array.ravel(), image[1:5, 4:0:-1].ravel() - 3.0)


def test_cropping_and_mirroring_many():
    images = np.random.default_rng(0).integers(0, 256, (5, 3, 7, 9), np.uint8)
    corners = np.array([(0, 0), (2, 4), (1, 3), (2, 0), (0, 4)])
    found = cropped(images, corners, 5)
    for place, (top, left) in enumerate(corners):
        wanted = images[place, :, top : top + 5, left : left + 5]
        np.testing.assert_array_equal(found[place], wanted)
    for kind in (np.uint8, np.float32):
        some, mirrored = found.astype(kind), np.array([True, False, True, True, False])
        mirror_rows(some, mirrored)
        np.testing.assert_array_equal(some[mirrored], found[mirrored][..., ::-1])
        np.testing.assert_array_equal(some[~mirrored], found[~mirrored])
