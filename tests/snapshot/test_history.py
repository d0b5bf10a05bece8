"""History blobs follow their layers into another net."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import Case

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.snapshot.read import read_snapshot


def test_history_of_another_net_is_refused(small: Case) -> None:
    small.run()
    net = (small.folder / "net.prototxt").read_text()
    small.add("net.prototxt", net.replace("num_output: 4 kernel_size", "num_output: 5 kernel_size"))
    with pytest.raises(OwltfError, match=r"layer 'conv1'.* shape"):
        small.start(resume=small.folder / "snap_iter_6.solverstate")


def test_history_follows_its_layer_into_another_net(small: Case) -> None:
    """A layer of another shape and a new one start without a history."""
    small.run()
    net = (small.folder / "net.prototxt").read_text()
    net = net.replace("num_output: 4 weight", "num_output: 6 weight")
    first = 'layer { name: "conv0" type: "Convolution" bottom: "data" top: "conv0"\n'
    first += "  convolution_param { num_output: 3 kernel_size: 1 } }\n"
    old = 'layer { name: "conv1" type: "Convolution" bottom: "data"'
    assert old in net
    small.add("net.prototxt", net.replace(old, first + old.replace('"data"', '"conv0"')))
    path = small.folder / "snap_iter_12.solverstate"
    history = read_snapshot(path, load_schema()).state.history
    start = small.start(resume=path, reinit_mismatched=True)
    params = start.nets.train.params
    assert [param.layer for param in params] == ["conv0", "conv0", "conv1", "conv1", "ip", "ip"]
    kept = start.solver.history(params)
    for got, wanted in zip(kept[2:4], history[:2], strict=True):
        assert np.abs(wanted).max() > 0
        np.testing.assert_array_equal(got, wanted)
    assert not any(blob.any() for blob in (*kept[:2], *kept[4:]))
