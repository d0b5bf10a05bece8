"""check_batches: a batch of another size."""

from __future__ import annotations

import numpy as np
import pytest
from bad_layers import GAIN, X, net

from owltf.testing import check_batches, one_layer


def test_a_layer_that_keeps_its_rows_apart_passes() -> None:
    check_batches(net("Good"), [X], params=[GAIN])


def test_a_top_may_not_grow() -> None:
    loss = one_layer('type: "SoftmaxWithLoss"', (4, 3), (4,))
    check_batches(loss, [X, np.array([0, 2, 1, 1])])


def test_a_layer_without_bottoms_passes() -> None:
    check_batches(one_layer('type: "Parameter" parameter_param { shape { dim: 2 } }'), [])


@pytest.mark.parametrize(
    ("caffe_type", "message"),
    [
        ("fixed_batch", "fixed_batch layer 'layer' built for 4 rows, run on 8: InvalidArgument"),
        (
            "of_four_rows",
            r"top 0 \('top0'\) of of_four_rows layer 'layer' on the same 4 rows twice",
        ),
        ("first_rows", r"top 0 .* on the same 4 rows twice: still has shape \(4, 3\)$"),
    ],
)
def test_a_layer_that_knows_its_batch_is_told(caffe_type: str, message: str) -> None:
    with pytest.raises(AssertionError, match=f"^a net must take a batch of any size; {message}"):
        check_batches(net(caffe_type), [X])
