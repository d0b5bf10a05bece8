"""Tests of passes over arrays; tests/net/test_net.py has those of what `Net.forward` promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from small_nets import build, inner_product, input_text

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
