"""Images that a net takes with their channels last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from owltf.net.batches import batches, first_positions
from owltf.net.channels_last import in_caffe_order
from owltf.testing import net_of

ORACLE = Path(__file__).parents[1] / "data" / "oracle"
DATA = f"""layer {{ name: "data" type: "Data" top: "data" top: "label"
  data_param {{ source: "{ORACLE}/lmdb_raw" batch_size: 3 backend: LMDB }}
  transform_param {{ crop_size: 20 mirror: true scale: 0.01 }} }}"""
CONV = """layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 2 kernel_size: 3 stride: 3 weight_filler { type: "xavier" } } }"""
LOSS = """layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 9 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }"""


def losses(net: Any) -> tuple[list[tuple[int, ...]], float, float]:
    """Return the images' shape, and the loss by both ways of the first batch."""
    batch = next(batches(net, first_positions(net)))
    _, (loss,), _ = net.loss_model(batch, training=True)
    return [each.shape for each in batch.values()], float(loss), float(net.forward()["loss"])


def test_images_for_a_convolution_come_with_their_channels_last() -> None:
    net = net_of(DATA + CONV + LOSS, "TRAIN")
    shapes, loss, wanted = losses(net)
    assert list(net.channels_last) == ["data"]
    assert shapes == [(3, 20, 20, 3), (3,)]
    assert loss == pytest.approx(wanted, rel=1e-6)
    first, other = next(batches(net, first_positions(net))), next(net.batches())
    back = in_caffe_order(first, net.channels_last)
    np.testing.assert_array_equal(back["data"], other["data"])
    np.testing.assert_array_equal(back["label"], other["label"])


@pytest.mark.parametrize(
    "more",
    [
        'layer { name: "f" type: "Flatten" bottom: "data" top: "f" }',
        CONV.replace('"conv"', '"other"'),
        'layer { name: "r" type: "ReLU" bottom: "data" top: "data" }',
    ],
    ids=["flattened too", "taken twice", "changed in place"],
)
def test_other_images_come_as_caffes(more: str) -> None:
    net = net_of(DATA + more + CONV + LOSS, "TRAIN")
    shapes, loss, wanted = losses(net)
    assert shapes == [(3, 3, 20, 20), (3,)]
    assert loss == pytest.approx(wanted, rel=1e-6)


def test_a_layer_of_several_tops() -> None:
    two = """layer { name: "slice" type: "Slice" bottom: "both" top: "data" top: "rest"
      slice_param { axis: 1 slice_point: 1 } }"""
    shapes, loss, wanted = losses(
        net_of(DATA.replace('top: "data"', 'top: "both"') + two + CONV + LOSS, "TRAIN")
    )
    assert shapes == [(3, 3, 20, 20), (3,)]
    assert loss == pytest.approx(wanted, rel=1e-6)


def test_layers_run_in_their_order() -> None:
    net = net_of(DATA + CONV + LOSS, "TRAIN")
    names = [layer.name for layer in net.loss_model.layers if layer.name in ("conv", "ip", "loss")]
    assert names == ["conv", "ip", "loss"]
