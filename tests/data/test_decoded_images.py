from __future__ import annotations

import threading

import numpy as np
import pytest

from owltf.data.decoded_images import in_threads

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


def test_work_is_done_by_other_threads():
    assert in_threads(threading.current_thread).result() is not threading.current_thread()
