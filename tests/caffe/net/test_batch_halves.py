"""Which nets' batches can be computed by halves, and which are quicker so."""

from __future__ import annotations

import pytest

from owltf.caffe.net.batch_halves import is_quicker_by_halves, why_not_by_halves
from owltf.caffe.net.read import net_from_text
from owltf.caffe.prototxt.source import NetSource
from owltf.caffe.schema.schema import Schema


def net(schema: Schema, text: str) -> NetSource:
    return net_from_text(f"layer {{ name: 'l' {text} }}", schema, "n.prototxt")


@pytest.mark.parametrize(
    "text",
    [
        "type: 'Convolution' convolution_param { num_output: 2 kernel_size: 3 axis: 1 }",
        "type: 'Slice' slice_param { axis: 1 slice_point: 2 }",
        "type: 'Softmax' softmax_param { axis: -1 }",
        "type: 'Concat' concat_param { concat_dim: 1 }",
        "type: 'Dropout'",
        "type: 'Data' data_param { batch_size: 2 }",
        "type: 'DummyData' dummy_data_param { shape { dim: 4 dim: 1 } shape { } }",
        "type: 'SoftmaxWithLoss' loss_param { normalization: VALID }",
    ],
)
def test_layers_that_compute_by_rows(schema: Schema, text: str) -> None:
    assert why_not_by_halves([net(schema, text)]) is None


@pytest.mark.parametrize(
    "text",
    [
        "type: 'BatchNorm'",
        "type: 'Reduction'",
        "type: 'Python'",
        "type: 'LSTM'",
        "type: 'SomebodysOwn'",
        "type: 'Slice' slice_param { axis: 0 }",
        "type: 'Concat' concat_param { concat_dim: 0 }",
        "type: 'InnerProduct' inner_product_param { axis: 0 }",
        "type: 'Softmax' softmax_param { axis: -4 }",
        "type: 'Data' data_param { batch_size: 1 }",
        "type: 'ImageData' image_data_param { batch_size: 1 }",
        "type: 'DummyData' dummy_data_param { shape { dim: 1 dim: 3 } }",
        "type: 'DummyData' dummy_data_param { num: 1 channels: 2 height: 1 width: 1 }",
    ],
)
def test_layers_that_need_the_whole_batch(schema: Schema, text: str) -> None:
    kind = text.split("'")[1]
    reason = why_not_by_halves([net(schema, "type: 'ReLU'"), net(schema, text)])
    assert reason == f"layer 'l' ({kind}, n.prototxt:1)"


@pytest.mark.parametrize(
    ("outputs", "other", "wanted"),
    [
        (1000, "ReLU", True),
        (4096, "ReLU", False),
        (4096, "Convolution", False),
        (40, "ReLU", False),
        (40, "Convolution", True),
    ],
)
def test_what_is_quicker(schema: Schema, outputs: int, other: str, wanted: bool) -> None:
    text = f"type: 'InnerProduct' inner_product_param {{ num_output: {outputs} }}"
    nets = [net(schema, text), net(schema, f"type: '{other}'")]
    assert is_quicker_by_halves(nets) is wanted
