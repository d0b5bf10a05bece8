"""Tests of passes over arrays; tests/net/test_net.py has those of what `Net.forward` promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.errors import OwltfError
from owltf.net.forward import Forward
from owltf.net.input_arrays import InputArrays


def test_each_choice_of_blobs_is_compiled_once() -> None:
    net = build(input_text("x", 2, 3) + inner_product("ip", "x", "ip"), "TEST")
    built: list[list[str]] = []

    def model_of(blobs: Sequence[str]) -> Any:
        built.append(list(blobs))
        return net.model_of_tensors((net.caffe_tensors(blobs), []))

    forward = Forward(InputArrays("net", {"x": (2, 3)}), net.owners, model_of, training=False)
    for _ in range(2):
        for blobs in (["ip"], ["x"]):
            assert list(forward({"x": np.zeros((2, 3))}, blobs)) == blobs
    assert built == [["ip"], ["x"]]


CONV = input_text("x", 1, 3, 4, 4) + (
    "layer { name: 'c' type: 'Convolution' bottom: 'x' top: 'c' "
    "convolution_param { num_output: 5 kernel_size: 3 } }"
)


def test_a_batch_of_none_gives_blobs_of_none() -> None:
    net = build(CONV, "TEST")
    assert net.forward({"x": np.zeros((0, 3, 4, 4))})["c"].shape == (0, 5, 2, 2)
    assert net.forward({"x": np.zeros((0, 3, 6, 4))})["c"].shape == (0, 5, 4, 2)


def test_a_loss_needs_a_row() -> None:
    loss = "layer { name: 'l' type: 'EuclideanLoss' bottom: 'x' bottom: 'x' top: 'l' }"
    net = build(input_text("x", 2, 3) + loss, "TEST")
    with pytest.raises(OwltfError, match="'l' is not defined for a batch of 0"):
        net.forward({"x": np.zeros((0, 3))})
