"""Tests of passes over arrays; tests/net/test_net.py has those of what `Net.forward` promises."""

from __future__ import annotations

import numpy as np
from small_nets import build, inner_product, input_text

from owltf.net.forward import Forward


def test_each_choice_of_blobs_is_compiled_once() -> None:
    net = build(input_text("x", 2, 3) + inner_product("ip", "x", "ip"), "TEST")
    forward = Forward(net)
    for _ in range(2):
        for blobs in (["ip"], ["x"]):
            forward({"x": np.zeros((2, 3))}, blobs)
    assert sorted(forward._functions) == [(("ip",), False), (("x",), False)]
