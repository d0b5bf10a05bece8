"""Any number of records through a net, batch by batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from script_nets import close, net_of

import owltf.pycaffe as caffe

RNG = np.random.default_rng(3)


def test_all_records_in_batches(tmp_path: Path) -> None:
    text = """input: "x" input_dim: 2 input_dim: 3 input_dim: 1 input_dim: 1 force_backward: true
        layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y"
          inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }"""
    net = net_of(tmp_path, text, caffe.TEST)
    x, seed = RNG.normal(size=(5, 3, 1, 1)), RNG.normal(size=(5, 4))
    weights = net.params["ip"][0].data
    outs = net.forward_all(blobs=["x"], x=x)
    close(outs["y"], x.reshape(5, 3) @ weights.T)
    close(outs["x"], x)
    outs, grads = net.forward_backward_all(x=x, y=seed)
    close(outs["y"], x.reshape(5, 3) @ weights.T)
    close(grads["x"].reshape(5, 3), seed @ weights)
