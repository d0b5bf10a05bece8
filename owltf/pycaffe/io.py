"""caffe.io: arrays as Caffe's messages, images, and what nets take of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from owltf.pycaffe.images import (
    load_image as load_image,
    oversample as oversample,
    resize_image as resize_image,
)
from owltf.pycaffe.proto import caffe_pb2 as caffe_pb2
from owltf.pycaffe.transformer import Transformer as Transformer

Array = npt.NDArray[Any]
_OLD_SHAPE = ("num", "channels", "height", "width")
_DATUM_AXES = 3


def blobproto_to_array(blob: Any, return_diff: bool = False) -> Array:
    """Return the values of a BlobProto, or its gradients.

    Raises:
        ValueError: if it has no shape, or another number of values.
    """
    values = np.array(blob.diff if return_diff else blob.data)
    if any(blob.HasField(name) for name in _OLD_SHAPE):
        return values.reshape([getattr(blob, name) for name in _OLD_SHAPE])
    return values.reshape(tuple(blob.shape.dim))


def array_to_blobproto(arr: Any, diff: Any = None) -> Any:
    """Return an array of any shape, and its gradients if given, as a BlobProto."""
    array = np.asarray(arr)
    blob = caffe_pb2.BlobProto()
    blob.shape.dim.extend(array.shape)
    blob.data.extend(array.astype(float).ravel())
    if diff is not None:
        blob.diff.extend(np.asarray(diff).astype(float).ravel())
    return blob


def arraylist_to_blobprotovector_str(arraylist: Iterable[Any]) -> bytes:
    """Return a list of arrays as the bytes of a BlobProtoVector."""
    vector = caffe_pb2.BlobProtoVector()
    vector.blobs.extend([array_to_blobproto(array) for array in arraylist])
    return bytes(vector.SerializeToString())


def blobprotovector_str_to_arraylist(str: bytes) -> list[Array]:
    """Return the arrays of the bytes of a BlobProtoVector."""
    return [blobproto_to_array(blob) for blob in caffe_pb2.BlobProtoVector.FromString(str).blobs]


def array_to_datum(arr: Any, label: int | None = None) -> Any:
    """Return an image (C, H, W) as a Datum: bytes if it is uint8, floats otherwise.

    Raises:
        ValueError: if it has not three axes.
    """
    array = np.asarray(arr)
    if array.ndim != _DATUM_AXES:
        raise ValueError("Incorrect array shape.")
    datum = caffe_pb2.Datum()
    datum.channels, datum.height, datum.width = array.shape
    if array.dtype == np.uint8:
        datum.data = array.tobytes()
    else:
        datum.float_data.extend(array.astype(float).ravel())
    if label is not None:
        datum.label = label
    return datum


def datum_to_array(datum: Any) -> Array:
    """Return the image (C, H, W) of a Datum, which may not be encoded."""
    shape = (datum.channels, datum.height, datum.width)
    if datum.data:
        return np.frombuffer(datum.data, np.uint8).reshape(shape)
    return np.array(datum.float_data).astype(float).reshape(shape)


# Caffe spells it so.
arraylist_to_blobprotovecor_str = arraylist_to_blobprotovector_str
