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
    ],
)
def test_layers_that_need_the_whole_batch(schema: Schema, text: str) -> None:
    kind = text.split("'")[1]
    reason = why_not_by_halves([net(schema, "type: 'ReLU'"), net(schema, text)])
    assert reason == f"layer 'l' ({kind}, n.prototxt:1)"


@pytest.mark.parametrize(("outputs", "wanted"), [(1000, True), (4096, False)])
def test_a_net_that_mostly_reads_weights_is_not_quicker(
    schema: Schema, outputs: int, wanted: bool
) -> None:
    text = f"type: 'InnerProduct' inner_product_param {{ num_output: {outputs} }}"
    assert is_quicker_by_halves([net(schema, text)]) is wanted
