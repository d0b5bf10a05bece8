"""caffe_pb2: every message and enum of caffe.proto."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from google.protobuf import text_format

import owltf
from owltf.pycaffe.proto import caffe_pb2

PROTO = Path(owltf.__file__).parent / "caffe" / "schema" / "caffe.proto"


def test_every_message_is_there() -> None:
    names = re.findall(r"^message (\w+)", PROTO.read_text(), re.MULTILINE)
    assert len(names) > 60
    for name in names:
        assert getattr(caffe_pb2, name)().SerializePartialToString() == b""
        assert name in dir(caffe_pb2)


def test_text_is_read_and_written() -> None:
    solver = caffe_pb2.SolverParameter(base_lr=0.1)
    text_format.Merge('net: "a" solver_mode: CPU', solver)
    again = text_format.Parse(str(solver), caffe_pb2.SolverParameter())
    assert (again.net, again.base_lr == solver.base_lr) == ("a", True)
    assert solver.solver_mode == caffe_pb2.SolverParameter.CPU


def test_enums() -> None:
    assert (caffe_pb2.TRAIN, caffe_pb2.TEST) == (0, 1)
    assert caffe_pb2.Phase.Name(1) == "TEST" and caffe_pb2.Phase.Value("TRAIN") == 0
    assert caffe_pb2.PoolingParameter.AVE == 1
    assert "NetParameter" in caffe_pb2.DESCRIPTOR.message_types_by_name


def test_unknown_names() -> None:
    with pytest.raises(AttributeError, match="did you mean 'NetParameter'"):
        _ = caffe_pb2.NetParamater
