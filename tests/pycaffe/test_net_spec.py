"""NetSpec: nets written in Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

import owltf.pycaffe as caffe
from owltf.pycaffe.net_spec import assign_proto, param_name_dict
from owltf.pycaffe.proto import caffe_pb2

L, P = caffe.layers, caffe.params


def test_names_and_in_place_layers() -> None:
    n = caffe.NetSpec()
    n.data, n.label = L.DummyData(shape=[dict(dim=[2, 3]), dict(dim=2)], ntop=2)
    n.ip = L.InnerProduct(n.data, num_output=4, weight_filler=dict(type="xavier"))
    n.relu = L.ReLU(n.ip, in_place=True)
    n.loss = L.SoftmaxWithLoss(n.relu, n.label, loss_weight=2)
    n.quiet = L.Silence(n.label, ntop=0)
    net = n.to_proto()
    assert [(each.name, each.type) for each in net.layer] == [
        ("data", "DummyData"),
        ("ip", "InnerProduct"),
        ("relu", "ReLU"),
        ("loss", "SoftmaxWithLoss"),
        ("quiet", "Silence"),
    ]
    assert [list(each.top) for each in net.layer] == [
        ["data", "label"],
        ["ip"],
        ["ip"],
        ["loss"],
        [],
    ]
    assert list(net.layer[3].bottom) == ["ip", "label"]
    assert net.layer[0].dummy_data_param.shape[1].dim == [2]
    assert (net.layer[1].inner_product_param.num_output, list(net.layer[3].loss_weight)) == (4, [2])


def test_names_that_nobody_gave() -> None:
    data, label = L.Data(source="db", backend=P.Data.LMDB, batch_size=3, ntop=2)
    first = L.InnerProduct(data, num_output=2)
    net = L.SoftmaxWithLoss(L.InnerProduct(first, num_output=2), label).to_proto()
    assert [each.name for each in net.layer] == [
        "Data1",
        "InnerProduct1",
        "InnerProduct2",
        "SoftmaxWithLoss1",
    ]
    assert list(net.layer[0].top) == ["Data1", "Data2"]
    assert net.layer[0].data_param.backend == 1
    assert caffe.to_proto(first).layer[1].name == "InnerProduct1"


def alexnet() -> caffe.NetSpec:
    """The net of its paper, as a specification."""
    weights, gauss = dict(lr_mult=1, decay_mult=1), dict(type="gaussian", std=0.01)
    params = [weights, dict(lr_mult=2, decay_mult=0)]

    def conv(bottom: object, outputs: int, size: int, bias: float, **more: int) -> object:
        filler = dict(type="constant", value=bias)
        given = dict(num_output=outputs, kernel_size=size, weight_filler=gauss, bias_filler=filler)
        return L.Convolution(bottom, param=params, **given, **more)

    n = caffe.NetSpec()
    n.data, n.label = L.Data(
        source="train",
        backend=P.Data.LMDB,
        batch_size=256,
        ntop=2,
        transform_param=dict(crop_size=227, mirror=True, mean_value=[104, 117, 123]),
    )
    n.conv1 = conv(n.data, 96, 11, 0, stride=4)
    n.relu1 = L.ReLU(n.conv1, in_place=True)
    n.norm1 = L.LRN(n.relu1, local_size=5, alpha=1e-4, beta=0.75)
    n.pool1 = L.Pooling(n.norm1, pool=P.Pooling.MAX, kernel_size=3, stride=2)
    n.conv2 = conv(n.pool1, 256, 5, 0.1, pad=2, group=2)
    n.relu2 = L.ReLU(n.conv2, in_place=True)
    n.fc6 = L.InnerProduct(n.relu2, param=params, num_output=4096, weight_filler=gauss)
    n.drop6 = L.Dropout(n.fc6, in_place=True, dropout_ratio=0.5)
    n.loss = L.SoftmaxWithLoss(n.drop6, n.label)
    return n


EXPECTED = """
layer { name: "data" type: "Data" top: "data" top: "label"
  transform_param { mirror: true crop_size: 227 mean_value: 104 mean_value: 117 mean_value: 123 }
  data_param { source: "train" batch_size: 256 backend: LMDB } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }
  convolution_param { num_output: 96 kernel_size: 11 stride: 4
    weight_filler { type: "gaussian" std: 0.01 } bias_filler { type: "constant" value: 0 } } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "norm1" type: "LRN" bottom: "conv1" top: "norm1"
  lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 } }
layer { name: "pool1" type: "Pooling" bottom: "norm1" top: "pool1"
  pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
  param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }
  convolution_param { num_output: 256 pad: 2 kernel_size: 5 group: 2
    weight_filler { type: "gaussian" std: 0.01 } bias_filler { type: "constant" value: 0.1 } } }
layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
layer { name: "fc6" type: "InnerProduct" bottom: "conv2" top: "fc6"
  param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }
  inner_product_param { num_output: 4096 weight_filler { type: "gaussian" std: 0.01 } } }
layer { name: "drop6" type: "Dropout" bottom: "fc6" top: "fc6"
  dropout_param { dropout_ratio: 0.5 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc6" bottom: "label" top: "loss" }
"""


def test_alexnet_written_and_read(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(str(alexnet().to_proto()))
    read = text_format.Parse((tmp_path / "net.prototxt").read_text(), caffe_pb2.NetParameter())
    assert read == text_format.Parse(EXPECTED, caffe_pb2.NetParameter())


def test_a_specification_is_a_mapping() -> None:
    n = caffe.NetSpec()
    n["x"] = L.Input(shape=dict(dim=[1, 2]))
    n.update({"y": L.ReLU(n.x)})
    assert (list(n.keys()), [name for name, _ in n.items()]) == (["x", "y"], ["x", "y"])
    assert list(n.vals()) == [n.x, n["y"]] and "y" in n
    del n["y"]
    assert list(n) == ["x"]
    with pytest.raises(AttributeError, match="no top 'z'"):
        _ = n.z


def test_errors() -> None:
    pair = L.DummyData(ntop=2, shape=dict(dim=3))
    with pytest.raises(
        TypeError, match=r"^Silence input 0 is not a Top \(type is <class 'tuple'>\)$"
    ):
        L.Silence(pair, ntop=0)
    with pytest.raises(AttributeError, match="kernel_sise"):
        L.Convolution(pair[0], kernel_sise=3).to_proto()
    with pytest.raises(AttributeError, match="PoolingParameter'"):
        _ = P.Poolin.MAX


def test_a_layers_own_message() -> None:
    assert param_name_dict()["Convolution"] == "convolution_param"
    layer = caffe_pb2.LayerParameter()
    assign_proto(layer, "relu_param", {})
    assert layer.HasField("relu_param")
    python = L.Python(module="m", layer="l", param_str="{}").to_proto().layer[0]
    assert (python.python_param.module, python.python_param.layer) == ("m", "l")
    assert L.ReLU(L.Input(), relu_param=dict(negative_slope=1)).to_proto().layer[1].relu_param
