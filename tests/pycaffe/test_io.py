"""caffe.io: arrays as messages."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.pycaffe import io
from owltf.pycaffe.proto import caffe_pb2

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def test_a_blob_keeps_its_shape() -> None:
    blob = io.array_to_blobproto(X, diff=-X)
    assert list(blob.shape.dim) == [2, 3, 4]
    assert np.array_equal(io.blobproto_to_array(blob), X)
    assert np.array_equal(io.blobproto_to_array(blob, return_diff=True), -X)


def test_shapes_of_old_blobs_and_of_none() -> None:
    old = caffe_pb2.BlobProto(data=X.ravel().tolist(), num=1, channels=1, height=4, width=6)
    assert io.blobproto_to_array(old).shape == (1, 1, 4, 6)
    with pytest.raises(ValueError, match="reshape"):
        io.blobproto_to_array(caffe_pb2.BlobProto(data=X.ravel().tolist()))
    assert io.blobproto_to_array(caffe_pb2.BlobProto(data=[123])) == 123


def test_lists_of_blobs() -> None:
    text = io.arraylist_to_blobprotovector_str([X, 2 * X])
    assert [array.max() for array in io.blobprotovector_str_to_arraylist(text)] == [23, 46]


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_datums(kind: type) -> None:
    datum = io.array_to_datum(X.astype(kind), label=7)
    assert (datum.channels, datum.height, datum.width, datum.label) == (2, 3, 4, 7)
    assert np.array_equal(io.datum_to_array(datum), X)
    assert bool(datum.data) == (kind is np.uint8)


def test_a_datum_without_a_label_is_shorter() -> None:
    without, zero = io.array_to_datum(X), io.array_to_datum(X, label=0)
    assert len(zero.SerializeToString()) > len(without.SerializeToString())
    with pytest.raises(ValueError, match="Incorrect array shape"):
        io.array_to_datum(X[0])
