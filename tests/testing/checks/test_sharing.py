"""check_sharing: two layers with params of one name are one set of blobs."""

from __future__ import annotations

import numpy as np
import pytest
from bad_layers import GAIN, X, net

from owltf.testing import check_converter, check_sharing, one_layer

IP = """type: "InnerProduct" inner_product_param { num_output: 5
  weight_filler { type: "xavier" } bias_filler { type: "constant" value: 1 } }"""


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_a_good_layer_passes(phase: str) -> None:
    check_sharing(net("Good"), [X], params=[GAIN], phase=phase)
    check_sharing(one_layer(IP, X.shape), [X], phase=phase)


def test_a_layer_without_blobs_has_nothing_to_share() -> None:
    check_sharing(one_layer('type: "ReLU"', X.shape), [X])


def test_a_loss_with_blobs_may_have_gradients_of_its_own() -> None:
    grads = [np.ones((4, 5), np.float32)]
    check_sharing(one_layer(IP, X.shape), [X], top_grads=grads)


@pytest.mark.parametrize(
    ("caffe_type", "message"),
    [
        ("Keeps", r"must share them; two of Keeps layer 'layer' have 2 blobs in place of 1$"),
        ("Copies", r"must share them; top 0 \('top0'\) of Copies layer 'layer': at "),
        ("Detaches", r"sum of the gradients of param 0 \('gain'\) of Detaches layer 'layer': at "),
    ],
)
def test_what_is_not_shared_is_told(caffe_type: str, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_sharing(net(caffe_type), [X], params=[GAIN])
    with pytest.raises(AssertionError, match="must share them"):
        check_converter(net(caffe_type), [X], params=[GAIN], batches=False, replicas=1)
