"""Snapshots: Caffe's pair of files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from script_nets import SMALL

import owltf.pycaffe as caffe
from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.schema.schema import load_schema

TEXT = """net: "net.prototxt" base_lr: 0.1 momentum: 0.9 lr_policy: "fixed" max_iter: 4
snapshot: 2 snapshot_prefix: "out/snap" """


@pytest.mark.parametrize("suffix", ["", ".h5"])
def test_the_files_are_caffes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("out").mkdir()
    Path("net.prototxt").write_text(SMALL)
    Path("s.prototxt").write_text(TEXT + ("snapshot_format: HDF5" if suffix else ""))
    solver = caffe.get_solver("s.prototxt")
    solver.step(2)
    state = read_solverstate(f"out/snap_iter_2.solverstate{suffix}", load_schema())
    assert (state.iteration, Path(state.learned_net).name) == (2, f"snap_iter_2.caffemodel{suffix}")
    assert len(state.history) == 4
    weights = {
        layer.name: layer.blobs
        for layer in read_weights(f"out/snap_iter_2.caffemodel{suffix}", load_schema())
    }
    assert np.array_equal(weights["ip"][0], solver.net.params["ip"][0].data)
    solver.solve()
    assert Path(f"out/snap_iter_4.solverstate{suffix}").exists()
    again = caffe.get_solver("s.prototxt")
    again.restore(f"out/snap_iter_4.solverstate{suffix}")
    assert again.iter == 4
    assert np.array_equal(again.net.params["ip"][0].data, solver.net.params["ip"][0].data)
