from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.source.encoded_records import EncodedRecords, read_file
from owltf.data.source.image import COLOR, GRAY, NATIVE
from owltf.data.source.lmdb import LmdbRecords


def test_read_file(make_datum):
    contents, label = read_file(make_datum(b"file", 300))
    assert (bytes(contents), label) == (b"file", 300)
    with pytest.raises(ValueError, match="^is a raw image where"):
        read_file(make_datum(np.zeros((1, 1, 1), np.uint8), 1))


def test_records(make_datum, write_lmdb):
    png = tf.io.encode_png(np.zeros((4, 5, 3), np.uint8)).numpy()
    records = LmdbRecords(write_lmdb([make_datum(png, 3), make_datum(b"file")]))
    for channels, wanted in [(NATIVE, 3), (GRAY, 1), (COLOR, 3)]:
        source = EncodedRecords(records, channels)
        first, second = source.reader()(0, 2)
        image, label = source.load(first)
        assert (image.shape, label) == ((4, 5, wanted), 3)
        with pytest.raises(ValueError, match="^cannot be decoded as an image$"):
            source.load(second)
    assert "record 1 (key '00000001') is bad" in str(source.error(3, "is bad"))
    with pytest.raises(ValueError, match="max-image-pixels"):
        EncodedRecords(records, COLOR, 19).load(first)
