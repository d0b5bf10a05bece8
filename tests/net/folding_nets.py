"""Nets whose layers can be folded, with random parameters."""

from __future__ import annotations

import numpy as np
from small_nets import build, input_text

from owltf.net.net import Net

CONV = """layer { name: "conv" type: "Convolution" bottom: "x" top: "conv" convolution_param {
  num_output: 6 kernel_size: 3 group: 2 bias_term: false weight_filler { type: "xavier" } } }"""
NORM = """
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "bn" }
layer { name: "scale" type: "Scale" bottom: "bn" top: "bn" scale_param { bias_term: true } }
layer { name: "relu" type: "ReLU" bottom: "bn" top: "bn" }
"""


def folding_net(*texts: str, optimize: bool = True) -> Net:
    """Return a TEST net of an input x (2, 4, 5, 5) and layers."""
    net = build(input_text("x", 2, 4, 5, 5) + "".join(texts), "TEST", optimize=optimize)
    rng = np.random.default_rng(0)
    net.set_params(
        {
            name: [rng.uniform(0.5, 2, blob.shape) for blob in blobs]
            for name, blobs in net.get_params().items()
        }
    )
    return net
