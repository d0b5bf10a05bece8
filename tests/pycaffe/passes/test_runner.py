"""Plans as compiled functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
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


def test_a_layer_without_tops_does_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = """input: "x" input_shape { dim: 2 dim: 3 dim: 1 dim: 1 }
        input: "l" input_shape { dim: 2 dim: 1 dim: 1 dim: 1 }
        layer { name: "out" type: "HDF5Output" bottom: "x" bottom: "l"
          hdf5_output_param { file_name: "out.h5" } }"""
    net = net_of(tmp_path, text, caffe.TEST)
    assert net.forward(x=np.ones((2, 3, 1, 1)), l=np.zeros((2, 1, 1, 1))) == {}
    net.backward()
    assert Path("out.h5").exists()
