"""Writes warm-up requests, which TensorFlow Serving runs once before it takes real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.api import keras_name
from owltf_exporter.export_job import Exported
from owltf_exporter.formats.saved_model.servable import DEFAULT, FILES, IMAGES

FILE = Path("assets.extra") / "tf_serving_warmup_requests"

# The numbers of the fields in TensorFlow Serving's messages, which no package of TensorFlow has:
# PredictionLog.predict_log, PredictLog.request, PredictRequest.model_spec and .inputs,
# ModelSpec.signature_name, and the key and value of a map.
_PREDICT_LOG, _REQUEST, _MODEL_SPEC, _INPUTS, _SIGNATURE, _KEY, _VALUE = 6, 1, 1, 2, 3, 1, 2
_LENGTH = 2


def write_warmup(exported: Exported, model: Path) -> None:
    """Write a request for each signature of a SavedModel.

    Args:
        exported: the net.
        model: the SavedModel's folder.
    """
    path = model / FILE
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature, inputs in _requests(exported):
            writer.write(_prediction_log(signature, inputs))


def _requests(exported: Exported) -> Iterator[tuple[str, dict[str, Any]]]:
    net = exported.net
    zeros = {name: np.zeros((1, *net.blob_shapes[name][1:]), np.float32) for name in net.inputs}
    yield DEFAULT, {keras_name(name): array for name, array in zeros.items()}
    if exported.preprocessing is not None:
        image = np.zeros((*exported.preprocessing.resize, 3), np.uint8)
        yield IMAGES, {IMAGES: image[None]}
        yield FILES, {FILES: np.array([tf.io.encode_jpeg(image).numpy()], object)}


def _prediction_log(signature: str, inputs: dict[str, Any]) -> bytes:
    request = _field(_MODEL_SPEC, _field(_SIGNATURE, signature.encode()))
    for name, array in inputs.items():
        tensor = tf.make_tensor_proto(array).SerializeToString()
        request += _field(_INPUTS, _field(_KEY, name.encode()) + _field(_VALUE, tensor))
    return _field(_PREDICT_LOG, _field(_REQUEST, request))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
