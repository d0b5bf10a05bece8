"""lr_mult and decay_mult of shared blobs."""

from __future__ import annotations

import pytest

from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.testing import net_of

NET = """
layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: 2 dim: 3 }} }} }}
layer {{ name: "a" type: "InnerProduct" bottom: "data" top: "a" param {{ name: "w" {first} }}
  inner_product_param {{ num_output: 4 }} }}
layer {{ name: "b" type: "InnerProduct" bottom: "data" top: "b" param {{ name: "w" {second} }}
  inner_product_param {{ num_output: 4 }} }}
"""


def net(first: str, second: str) -> Net:
    return net_of(NET.format(first=first, second=second))


@pytest.mark.parametrize(
    ("first", "second"),
    [("lr_mult: 2", ""), ("", "lr_mult: 2"), ("lr_mult: 2", "lr_mult: 2")],
)
def test_the_factor_that_is_given_counts(first: str, second: str) -> None:
    shared, bias_a, bias_b = net(first, second).params
    assert (shared.lr_mult, shared.decay_mult) == (2, 1)
    assert (bias_a.lr_mult, bias_b.lr_mult) == (1, 1)


def test_factors_must_agree() -> None:
    with pytest.raises(
        OwltfError, match=r"layer 'b' .*'w' has decay_mult 0 here, but 3 in layer 'a'"
    ):
        net("decay_mult: 3", "decay_mult: 0")
