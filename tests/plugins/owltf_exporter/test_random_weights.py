"""Random weights, for nets whose files name no fillers."""

from __future__ import annotations

import numpy as np
from owltf_exporter.random_weights import fill_zeros

from owltf.testing import net_of

DEEP = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 9 dim: 9 } } }
""" + "".join(
    f"""
layer {{ name: "conv{i}" type: "Convolution" bottom: "x" top: "x"
  convolution_param {{ num_output: 16 kernel_size: 3 pad: 1 }} }}
layer {{ name: "bn{i}" type: "BatchNorm" bottom: "x" top: "x" }}
layer {{ name: "scale{i}" type: "Scale" bottom: "x" top: "x" scale_param {{ bias_term: true }} }}
layer {{ name: "relu{i}" type: "ReLU" bottom: "x" top: "x" }}
"""
    for i in range(30)
)


def test_activations_neither_grow_nor_fade() -> None:
    net = net_of(DEEP)
    fill_zeros(net)
    x = np.random.default_rng(1).standard_normal((2, 3, 9, 9)).astype(np.float32)
    made = net.forward({"x": x})["x"]
    assert 0.01 < made.std() < 100


def test_what_fillers_gave_stays() -> None:
    net = net_of(DEEP.replace("pad: 1", 'pad: 1 weight_filler { type: "constant" value: 2 }', 1))
    fill_zeros(net)
    params = net.get_params()
    assert np.all(params["conv0"][0] == 2)
    assert np.std(params["conv0"][1]) > 0
    assert np.all(params["scale0"][0] == 1)
    assert np.std(params["conv1"][0]) > 0
