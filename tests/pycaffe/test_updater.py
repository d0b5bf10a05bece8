"""Updates of weights from the gradients that a script may have changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from script_nets import SMALL, close, net_of

import owltf.pycaffe as caffe
from owltf.caffe.schema.schema import load_schema
from owltf.pycaffe.updater import Updater
from owltf.solvers.sgd import SGD


@pytest.mark.parametrize("iter_size", [1, 2])
def test_a_change_is_that_of_the_rule(tmp_path: Path, iter_size: int) -> None:
    net = net_of(tmp_path, SMALL, caffe.TRAIN)
    parameter = load_schema().message("SolverParameter")(
        momentum=0.5, weight_decay=0.1, iter_size=iter_size
    )
    updater = Updater(net._state, SGD, parameter)
    weights, bias = net.params["conv"]
    before, grad = weights.data.copy(), np.random.default_rng(0).normal(size=weights.shape)
    weights.diff[...], bias.diff[...] = grad, 1
    updater.apply(tf.constant(0.1), 0)
    first = 0.1 * (grad / iter_size + 0.1 * before)
    close(weights.diff, first)
    close(weights.data, before - first)
    # The prototxt leaves the bias without decay.
    close(bias.diff, np.full(4, 0.1 / iter_size))
    weights.diff[...] = 0
    updater.apply(tf.constant(0.1), 1)
    close(weights.diff, 0.5 * first + 0.01 * (before - first))
    close(updater.solver.history(updater.params)[0], weights.diff)
