"""The nets of a solver have the same weights, and keep their own blobs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from script_nets import SMALL

from owltf.pycaffe.solver_file import SolverFile
from owltf.pycaffe.solver_nets import SolverNets

TEXT = 'net: "net.prototxt" test_iter: 1 test_iter: 2 test_interval: 1 base_lr: 1 '


def test_weights_are_shared(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(SMALL)
    (tmp_path / "s.prototxt").write_text(TEXT + 'lr_policy: "fixed" max_iter: 1 random_seed: 4')
    nets = SolverNets.of(SolverFile.read(tmp_path / "s.prototxt"))
    assert len(nets.tests) == 2
    weights = [net.params["ip"][0].data for net in (nets.train, *nets.tests)]
    assert np.shares_memory(weights[0], weights[1]) and np.shares_memory(weights[0], weights[2])
    data = [net.blobs["data"].data for net in (nets.train, *nets.tests)]
    assert not np.shares_memory(data[0], data[1])
    again = SolverNets.of(SolverFile.read(tmp_path / "s.prototxt"))
    assert np.array_equal(again.train.params["ip"][0].data, weights[0])
