"""Warm-up requests are what TensorFlow Serving reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf
from export_case import Export
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from owltf_exporter.formats.saved_model.warmup import FILE
from tensorflow.core.framework.tensor_pb2 import TensorProto

# Parts of TensorFlow Serving's messages: name, number, and type where it is not a string.
MESSAGES = {
    "PredictionLog": [("predict_log", 6, "PredictLog")],
    "PredictLog": [("request", 1, "PredictRequest")],
    "PredictRequest": [("model_spec", 1, "ModelSpec"), ("inputs", 2, "Entry*")],
    "ModelSpec": [("name", 1, ""), ("signature_name", 3, "")],
    "Entry": [("key", 1, ""), ("value", 2, "bytes")],
}


def prediction_log() -> Any:
    """Return the class of the outermost message."""
    file = FileDescriptorProto(name="log.proto", package="t", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            made = message.field.add(name=field, number=number)
            made.label = 3 if kind.endswith("*") else 1
            plain = {"": FieldDescriptorProto.TYPE_STRING, "bytes": FieldDescriptorProto.TYPE_BYTES}
            made.type = plain.get(kind, FieldDescriptorProto.TYPE_MESSAGE)
            if kind not in plain:
                made.type_name = f".t.{kind.rstrip('*')}"
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return GetMessageClass(pool.FindMessageTypeByName("t.PredictionLog"))


def test_each_signature_gets_a_request_that_it_answers(run: Export, case: Path) -> None:
    assert run("model", "--warmup").exit_code == 0
    signatures = tf.saved_model.load(str(case / "model")).signatures
    answered = []
    for record in tf.data.TFRecordDataset(str(case / "model" / FILE)):
        request = prediction_log().FromString(record.numpy()).predict_log.request
        inputs = {
            each.key: tf.make_ndarray(TensorProto.FromString(each.value)) for each in request.inputs
        }
        name = request.model_spec.signature_name
        made = signatures[name](**{key: tf.constant(value) for key, value in inputs.items()})
        answered.append((name, made["prob"].shape))
    assert answered == [("serving_default", (1, 4)), ("images", (1, 4)), ("image_bytes", (1, 4))]
