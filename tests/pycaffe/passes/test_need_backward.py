"""Which layers run backward, by Caffe's rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from script_nets import SMALL, close, net_of

import owltf.pycaffe as caffe


def test_weights_before_and_a_loss_after(tmp_path: Path) -> None:
    text = SMALL + 'layer { name: "side" type: "ReLU" bottom: "ip_blob" top: "side" }'
    needed = net_of(tmp_path, text, caffe.TRAIN)._state.built.planner.needed
    # data, conv, ip, its split, loss, side
    assert list(needed.layers) == [False, True, True, True, True, False]
    assert list(needed.bottoms[1]) == [False]
    assert list(needed.bottoms[4]) == [True, False]


def test_all_of_them_where_the_net_forces_it(tmp_path: Path) -> None:
    net = net_of(tmp_path, "force_backward: true" + SMALL, caffe.TRAIN)
    assert all(net._state.built.planner.needed.layers)
    net.forward()
    net.backward()
    assert net.blobs["data"].diff.any()


def test_propagate_down_stops_the_gradient(tmp_path: Path) -> None:
    text = SMALL.replace('top: "ip_blob"', 'top: "ip_blob" propagate_down: false')
    net = net_of(tmp_path, text, caffe.TRAIN)
    net.forward()
    net.backward()
    assert net.params["ip"][0].diff.any()
    close(net.params["conv"][0].diff, np.zeros((4, 2, 2, 2)))
