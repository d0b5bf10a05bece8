"""Plans as compiled functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from script_nets import SMALL, net_of

import owltf.pycaffe as caffe


def test_each_plan_is_traced_once(tmp_path: Path) -> None:
    net = net_of(tmp_path, SMALL, caffe.TRAIN)
    for _ in range(3):
        net.forward()
        net.forward(start="ip", end="ip")
        net.backward()
    passes = net._state.built.runner._passes.values()
    assert [each.traced.experimental_get_tracing_count() for each in passes] == [1, 1, 1]
    assert np.isfinite(net.blobs["loss"].data)
