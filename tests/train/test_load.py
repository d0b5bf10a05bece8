"""load_net: a net or a solver file, with or without weights."""

from __future__ import annotations

import numpy as np
import pytest
from solver_case import SOLVER, Case, flat

from owltf.errors import OwltfError
from owltf.train.load import load_net


def test_a_net_with_weights(small: Case) -> None:
    start, _ = small.run()
    net = load_net("net.prototxt", weights="snap_iter_12.caffemodel")
    np.testing.assert_array_equal(flat(net.get_params()), flat(start.nets.train.get_params()))
    assert (net.inputs, net.outputs, net.phase) == (("data", "label"), ("accuracy", "loss"), "TEST")
    assert net.blob_shapes["conv1"] == (8, 4, 5, 4)


def test_a_solver_with_a_snapshot(small: Case) -> None:
    small.run()
    by_index = load_net("solver.prototxt", snapshot=1)
    by_file = load_net("net.prototxt", weights="snap_iter_6.caffemodel")
    np.testing.assert_array_equal(flat(by_index.get_params()), flat(by_file.get_params()))
    assert load_net("solver.prototxt", phase="TRAIN").phase == "TRAIN"


def test_forward_gives_outputs_or_the_blobs_asked_for(small: Case) -> None:
    net = load_net("net.prototxt")
    arrays = {"data": np.ones((3, 3, 7, 6)), "label": np.zeros(3)}
    assert net.forward(arrays)["loss"].shape == ()
    blobs = net.forward(arrays, ["conv1", "ip"])
    assert {name: blob.shape for name, blob in blobs.items()} == {
        "conv1": (3, 4, 5, 4),
        "ip": (3, 4),
    }
    assert blobs["conv1"].min() >= 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"file": "net.prototxt", "snapshot": 1}, "snapshot needs a solver file"),
        ({"file": "net.prototxt", "weights": "train.h5"}, "train.h5"),
        ({"file": "no.prototxt"}, "no.prototxt"),
        ({"file": "untested.prototxt"}, "no test net"),
    ],
)
def test_mistakes(small: Case, arguments: dict, reason: str) -> None:
    untested = SOLVER.replace("test_iter: 2 test_interval: 6", "")
    small.add("untested.prototxt", untested)
    with pytest.raises(OwltfError, match=reason):
        load_net(**arguments)


def test_wrong_arrays_are_named(small: Case) -> None:
    net = load_net("net.prototxt")
    with pytest.raises(OwltfError, match=r"missing: \['label'\]"):
        net.forward({"data": np.ones((1, 3, 7, 6))})
    with pytest.raises(OwltfError, match=r"input 'data' .* got \(1, 3, 6, 7\)"):
        net.forward({"data": np.ones((1, 3, 6, 7)), "label": [0]})
    with pytest.raises(OwltfError, match="no blob 'conv2': did you mean 'conv1'"):
        net.forward({"data": np.ones((1, 3, 7, 6)), "label": [0]}, ["conv2"])
