"""A net built for each shape of its inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from script_nets import close, net_of

import owltf.pycaffe as caffe

NET = """input: "x" input_shape { dim: 2 dim: 3 }
    layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
      inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }"""


def test_a_shape_is_built_once_and_on_the_same_weights(tmp_path: Path) -> None:
    net = net_of(tmp_path, NET, caffe.TEST)
    first, seen = net._state.built, []
    for rows in (5, 2, 5):
        net.blobs["x"].reshape(rows, 3)
        net.reshape()
        seen.append(net._state.built)
    assert seen[0] is seen[2] and seen[1] is first
    net.params["ip"][0].data[...] = 1
    close(net.forward(x=np.ones((5, 3)))["y"], np.full((5, 2), 3))
    assert list(first.inputs) == ["x"] and list(first.names) == ["x", "y"]
