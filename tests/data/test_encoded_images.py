from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.encoded_images import decoded_shape, read_file
from owltf.data.source.image import COLOR, GRAY, NATIVE

NET = """layer {{ name: "cats" type: "Data" top: "data" top: "label"
  data_param {{ source: "{}" batch_size: 4 backend: LMDB }} transform_param {{ {} }} }}"""


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
@pytest.mark.parametrize(
    "text",
    [
        'crop_size: 20 mirror: true mean_file: "mean.binaryproto"',
        "crop_size: 20 mirror: true mean_value: 100 scale: 0.5",
        'mirror: true mean_file: "mean.binaryproto"',
    ],
)
def test_equals_the_same_images_raw(text, phase, make_layer, records):
    raw, encoded = (
        records(make_layer(NET.format(source, text), phase=phase), 12)
        for source in ("lmdb_raw", "lmdb_encoded")
    )
    for found, expected in zip(encoded, raw, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_read_file(make_datum):
    assert read_file(make_datum(b"file", 300)) == (b"file", 300)
    with pytest.raises(ValueError, match="^is a raw image where"):
        read_file(make_datum(np.zeros((1, 1, 1), np.uint8), 1))


def test_decoded_shape(make_datum):
    datum = make_datum(tf.io.encode_png(np.zeros((4, 5, 3), np.uint8)).numpy())
    shapes = [decoded_shape(datum, channels) for channels in (NATIVE, GRAY, COLOR)]
    assert shapes == [(3, 4, 5), (1, 4, 5), (3, 4, 5)]
    with pytest.raises(ValueError, match="^cannot be decoded as an image$"):
        decoded_shape(make_datum(b"file"), NATIVE)
