from __future__ import annotations

import numpy as np
import pytest

from owltf.data.transform import check_crop, dims, read_transform
from owltf.errors import OwltfError

SHAPE = (3, 9, 8)


@pytest.fixture
def transform(make_context):
    def make(text, phase="TRAIN", shape=SHAPE, **more):
        layer = f'layer {{ name: "cats" type: "Data" transform_param {{ {text} }} }}'
        return read_transform(make_context(layer, phase=phase, **more), shape)

    return make


def test_every_place_is_drawn(transform):
    sizes = np.array([(7, 6)] * 600)
    corners, mirrored = transform("crop_size: 5 mirror: true").draw(0, sizes)
    places, counts = np.unique(corners, axis=0, return_counts=True)
    np.testing.assert_array_equal(places, [(y, x) for y in range(3) for x in range(2)])
    assert counts.min() > 60
    assert 240 < np.count_nonzero(mirrored) < 360


def test_test_phase_crops_the_centre_and_still_mirrors(transform):
    done = transform("crop_size: 4 mirror: true", phase="TEST")
    sizes = np.array([(9, 8), (7, 5), (4, 30)] * 20)
    corners, mirrored = done.draw(0, sizes)
    np.testing.assert_array_equal(corners[:3], [(2, 2), (1, 0), (0, 13)])
    assert 0 < np.count_nonzero(mirrored) < 60


DATA = """layer {{ name: "{name}" type: "Data" top: "data"
  data_param {{ source: "lmdb_raw" batch_size: {batch} backend: LMDB }}
  transform_param {{ crop_size: 20 mirror: true }} }}"""


def test_a_records_draw_is_the_same_in_any_batch(make_layer, records):
    (images,) = records(make_layer(DATA.format(name="a", batch=7), phase="TRAIN"), 35)
    (others,) = records(make_layer(DATA.format(name="a", batch=4), phase="TRAIN"), 32, 3)
    np.testing.assert_array_equal(others, images[3:])
    (later,) = records(make_layer(DATA.format(name="a", batch=5), phase="TRAIN"), 10, 25)
    np.testing.assert_array_equal(later, images[25:])


def test_draws_differ_by_epoch_layer_and_seed(make_layer, records):
    (images,) = records(make_layer(DATA.format(name="a", batch=10), phase="TRAIN"), 20)
    (other,) = records(make_layer(DATA.format(name="b", batch=10), phase="TRAIN"), 10)
    (seeded,) = records(make_layer(DATA.format(name="a", batch=10), phase="TRAIN", seed=1), 10)
    for different in (images[10:], other, seeded):
        assert not np.array_equal(images[:10], different)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("crop_size: 9", "crop_size 9 is larger than the image, 9x8"),
        (
            'mean_file: "mean.binaryproto"',
            "mean_file mean.binaryproto must have the images' shape 3x9x8; it has 3x36x34",
        ),
        ('mean_file: "nowhere"', "mean_file nowhere: not found; tried "),
        (
            'mean_file: "mean.binaryproto" mean_value: 1',
            "mean_file and mean_value cannot both be given",
        ),
        (
            "mean_value: 1 mean_value: 2",
            "mean_value must be given once or once per channel (3); got 2",
        ),
    ],
)
def test_what_does_not_fit(text, expected, transform):
    with pytest.raises(OwltfError) as caught:
        transform(text)
    assert expected in str(caught.value)


def test_mismatch(transform):
    crops, keeps = transform("crop_size: 5"), transform("")
    assert crops.mismatch((3, 5, 20), SHAPE, "resize") is None
    assert crops.mismatch((3, 4, 20), SHAPE, "resize") == "is 3x4x20, smaller than crop_size 5"
    assert crops.mismatch((1, 9, 8), SHAPE, "resize") == "has 1 channels where the first has 3"
    assert keeps.mismatch(SHAPE, SHAPE, "resize") is None
    assert keeps.mismatch((3, 8, 9), SHAPE, "resize") == "is 3x8x9 where the first is 3x9x8; resize"
    assert keeps.mismatch((3, 8, 9), SHAPE, None) is None


def test_small_helpers():
    assert dims((3, 9, 8)) == "3x9x8"
    check_crop(8, SHAPE)
