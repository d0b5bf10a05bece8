"""What recurrent layers carry from pass to pass, and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from script_nets import net_of

import owltf.pycaffe as caffe

RNG = np.random.default_rng(3)


NET = """input: "x" input_shape { dim: 2 dim: 1 dim: 3 } input: "cont" input_shape { dim: 2 dim: 1 }
    force_backward: true
    layer { name: "rnn" type: "LSTM" bottom: "x" bottom: "cont" top: "h"
      recurrent_param { num_output: 2 weight_filler { type: "uniform" min: -1 max: 1 } } }"""


def test_the_way_back_starts_where_the_pass_did(tmp_path: Path) -> None:
    net = net_of(tmp_path, NET, caffe.TRAIN)
    x = RNG.normal(size=(2, 1, 3))
    net.forward(x=x, cont=np.zeros((2, 1)))
    first = net.blobs["h"].data.copy()
    net.blobs["h"].diff[...] = 1

    def loss(change: float) -> float:
        other = net_of(tmp_path, NET, caffe.TRAIN)
        other.share_with(net)
        other.forward(x=x, cont=np.zeros((2, 1)))
        moved = x.copy()
        moved[0, 0, 1] += change
        return float(other.forward(x=moved, cont=np.ones((2, 1)))["h"].sum())

    second = net.forward(x=x, cont=np.ones((2, 1)))["h"].copy()
    assert not np.allclose(first, second)
    slope = net.backward()["x"][0, 0, 1]
    np.testing.assert_allclose(slope, (loss(1e-2) - loss(-1e-2)) / 2e-2, rtol=2e-2, atol=1e-4)
    again = net.forward(x=x, cont=np.ones((2, 1)))["h"]
    assert not np.allclose(again, second)
