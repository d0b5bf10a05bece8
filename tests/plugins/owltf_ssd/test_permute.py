"""Permute gives the figures of a real build of SSD, and takes any order."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import owltf_exporter
import owltf_ssd
import pytest
from oracle_layers import check_oracle

from owltf.api import OwltfError
from owltf.testing import check_forms, net_of, one_layer, use_plugins

X = np.random.default_rng(0).random((2, 3, 4, 5), np.float32)


@pytest.mark.parametrize("name", ["permute", "permute_rest"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


def test_any_order() -> None:
    with use_plugins(owltf_ssd):
        for order in permutations(range(4)):
            fields = " ".join(f"order: {axis}" for axis in order)
            net = net_of(one_layer(f'type: "Permute" permute_param {{ {fields} }}', X.shape))
            got = net.forward({"bottom0": X})["top0"]
            np.testing.assert_array_equal(got, X.transpose(order))


@pytest.mark.parametrize(("order", "whole"), [((2,), (2, 0, 1, 3)), ((3, 1), (3, 1, 0, 2))])
def test_the_rest_follows(order: tuple[int, ...], whole: tuple[int, ...]) -> None:
    fields = " ".join(f"order: {axis}" for axis in order)
    text = one_layer(f'type: "Permute" permute_param {{ {fields} }}', X.shape)
    with use_plugins(owltf_ssd, owltf_exporter):
        got = net_of(text).forward({"bottom0": X})["top0"]
        check_forms(text, [X])
    np.testing.assert_array_equal(got, X.transpose(whole))


@pytest.mark.parametrize("fields", ["order: 4", "order: 1 order: 1"])
def test_axes_that_there_are_not(fields: str) -> None:
    net = one_layer(f'type: "Permute" permute_param {{ {fields} }}', X.shape)
    with use_plugins(owltf_ssd), pytest.raises(OwltfError, match="must name axes"):
        net_of(net)
