"""Training that computes blobs twice ends with the weights of training that keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from solver_case import NET, SOLVER, Case, flat

from owltf.errors import OwltfError
from owltf.net.batches import batches
from owltf.train.step import TrainStep

# Statistics, draws, two losses, a blob that is read again far below.
DEEP = """layer { name: "data" type: "HDF5Data" top: "data" top: "label"
  hdf5_data_param { source: "train.txt" batch_size: 8 } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "bn" type: "BatchNorm" bottom: "conv1" top: "bn" }
layer { name: "scale" type: "Scale" bottom: "bn" top: "bn" scale_param { bias_term: true } }
layer { name: "conv2" type: "Convolution" bottom: "bn" top: "conv2"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "bn2" type: "BatchNorm" bottom: "conv2" top: "conv2" }
layer { name: "size" type: "Reduction" bottom: "conv2" top: "size" loss_weight: 0.01
  reduction_param { operation: SUMSQ axis: 1 } }
layer { name: "sum" type: "Eltwise" bottom: "conv1" bottom: "conv2" top: "sum" }
layer { name: "relu" type: "ReLU" bottom: "sum" top: "sum" }
layer { name: "drop" type: "Dropout" bottom: "sum" top: "sum" }
layer { name: "ip" type: "InnerProduct" bottom: "sum" top: "ip"
  inner_product_param { num_output: 4 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""
RECURRENT = """layer { name: "data" type: "HDF5Data" top: "data" top: "label"
  hdf5_data_param { source: "train.txt" batch_size: 8 } }
layer { name: "cont" type: "DummyData" top: "cont"
  dummy_data_param { shape { dim: 4 dim: 2 } data_filler { value: 1 } } }
layer { name: "t0" type: "TanH" bottom: "data" top: "t0" }
layer { name: "t1" type: "TanH" bottom: "t0" top: "t1" }
layer { name: "t2" type: "TanH" bottom: "t1" top: "t2" }
layer { name: "t3" type: "TanH" bottom: "t2" top: "t3" }
layer { name: "rows" type: "Reshape" bottom: "t3" top: "rows"
  reshape_param { shape { dim: 4 dim: 2 dim: -1 } } }
layer { name: "lstm" type: "LSTM" bottom: "rows" bottom: "cont" top: "lstm"
  recurrent_param { num_output: 3 weight_filler { type: "uniform" min: -0.5 max: 0.5 } } }
layer { name: "tanh" type: "TanH" bottom: "lstm" top: "tanh" }
layer { name: "loss" type: "Reduction" bottom: "tanh" top: "loss" loss_weight: 1 }
"""


def trained(case: Case, text: str, recompute: bool, replicas: int = 1, **solver: Any) -> Any:
    """Return the losses of four iterations, the parameters and the history after them."""
    case.add("net.prototxt", text)
    case.add("solver.prototxt", SOLVER + " ".join(f"{k}: {v}" for k, v in solver.items()))
    start = case.start(replicas, recompute=recompute, allow_python_layers=True)
    net, solver_, never = start.nets.train, start.solver, tf.Variable(False, trainable=False)
    feed = batches(net, start.state.train)
    step = TrainStep(net, solver_, start.devices, feed, never)
    ran = step.run(4)
    twice = step._iteration._recomputed
    assert twice is None or len(twice._segments) > 1
    return ran.losses, flat(net.get_params())


@pytest.mark.parametrize("text", [DEEP, RECURRENT])
def test_the_weights_are_the_same(small: Case, text: str) -> None:
    plain, twice = (trained(small, text, each, iter_size=2) for each in (False, True))
    for got, wanted in zip(twice, plain, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_on_several_devices(small: Case) -> None:
    plain, twice = (trained(small, DEEP, each, 2) for each in (False, True))
    for got, wanted in zip(twice, plain, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_code_of_the_users_runs_once(small: Case) -> None:
    methods = ("setup", "reshape", "forward", "backward")
    lines = "".join(f"    def {name}(self, *given):\n        pass\n" for name in methods)
    small.add("pyloss.py", f"import caffe\nclass Own(caffe.Layer):\n{lines}")
    own = """layer { name: "own" type: "Python" bottom: "ip"
  python_param { module: "pyloss" layer: "Own" } }
"""
    with pytest.raises(OwltfError, match=r"--recompute: layer 'own' \(Python\) runs code of yours"):
        trained(small, NET + own, recompute=True)
