"""The arguments of caffe.Net, in both orders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from script_nets import SMALL, net_of

import owltf.pycaffe as caffe
from owltf.pycaffe.net_arguments import net_arguments

RNG = np.random.default_rng(3)


def test_levels_and_stages(tmp_path: Path) -> None:
    text = (
        SMALL
        + """
        layer { name: "a" type: "ReLU" bottom: "ip_blob" top: "a" include { stage: "A" } }
        layer { name: "b" type: "ReLU" bottom: "ip_blob" top: "b"
          include { min_level: 1 phase: TEST } }"""
    )
    assert "a" not in net_of(tmp_path, text, caffe.TEST).blobs
    net = net_of(tmp_path, text, caffe.TEST, stages=["A", "B"], level=1)
    assert {"a", "b"} <= set(net.blobs)
    assert "b" not in net_of(tmp_path, text, phase=caffe.TRAIN, level=1).blobs


def test_both_orders() -> None:
    new = net_arguments((1, 2, ["a"], "w"), {})
    assert new == {"phase": 1, "level": 2, "stages": ["a"], "weights": "w"}
    assert net_arguments(("w", 1), {}) == {**new, "level": 0, "stages": None}
    assert net_arguments((), {"phase": 1, "weights": "w"}) == net_arguments(("w", 1), {})
    with pytest.raises(TypeError, match="phase"):
        net_arguments(("w",), {})
    with pytest.raises(TypeError, match="4 arguments"):
        net_arguments(("w", 1, 2), {})
