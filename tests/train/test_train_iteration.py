"""TrainIteration: what one iteration on all replicas computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from solver_case import Case, flat, step_of

from owltf.net.batches import batches
from owltf.train.loss_scale import LossScale
from owltf.train.prepare import PreparedRun
from owltf.train.signals import Signals

# Two losses of their own weights and normalisations; each is of all replicas' rows.
GRADIENT_NET = """
layer { name: "data" type: "HDF5Data" top: "data" top: "label"
  hdf5_data_param { source: "train.txt" batch_size: 7 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "tanh" type: "TanH" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 4 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "unused" type: "InnerProduct" bottom: "conv" top: "unused"
  inner_product_param { num_output: 2 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "silence" type: "Silence" bottom: "unused" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss"
  loss_weight: 0.5 loss_param { ignore_label: 3 normalization: VALID } }
layer { name: "size" type: "Reduction" bottom: "conv" top: "size" loss_weight: 0.25
  reduction_param { operation: SUMSQ axis: 1 } }
"""
PLAIN_SOLVER = """net: "net.prototxt" base_lr: 1 lr_policy: "fixed" max_iter: 9 random_seed: 7
snapshot_prefix: "snap" """


def gradients_by_tape(start: PreparedRun) -> np.ndarray:
    """Return the gradients of the first batch as one tape over all its rows gives them."""
    net = start.nets.train
    batch = next(batches(net, start.state.train))
    params = [param for param in net.params if param.is_trained]
    with tf.GradientTape() as tape:
        _, losses, *_ = net.loss_model(batch, training=True)
        weighted = zip(net.losses, losses, strict=True)
        objective = tf.add_n([loss.weight * tf.reduce_sum(value) for loss, value in weighted])
    zero = tf.UnconnectedGradients.ZERO
    grads = tape.gradient(
        objective, [param.variable.value for param in params], unconnected_gradients=zero
    )
    pairs = zip(params, grads, strict=True)
    return np.concatenate([param.to_caffe(grad.numpy()).ravel() for param, grad in pairs])


@pytest.mark.parametrize(
    "how", [{}, {"replicas": 2}, {"replicas": 3}, {"by_halves": True}], ids=str
)
def test_the_replicas_gradients_add_up_to_one_devices(small: Case, how: dict[str, Any]) -> None:
    """Seven rows do not split evenly, and some labels are ignored."""
    small.add("net.prototxt", GRADIENT_NET)
    small.add("solver.prototxt", PLAIN_SOLVER)
    wanted = gradients_by_tape(small.start())
    start = small.start(**how)
    before = flat(start.nets.train.get_params())
    step_of(start, Signals()).run(1)
    # The first update at a rate of 1 takes the gradient itself away.
    got = before - flat(start.nets.train.get_params())
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6 * np.abs(wanted).max())


# Statistics of images, of vectors and of single numbers.
BATCH_NORM_NET = """
layer { name: "data" type: "HDF5Data" top: "data" top: "label"
  hdf5_data_param { source: "train.txt" batch_size: 7 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "images" type: "BatchNorm" bottom: "conv" top: "images" }
layer { name: "relu" type: "ReLU" bottom: "images" top: "relu" }
layer { name: "ip" type: "InnerProduct" bottom: "relu" top: "ip"
  inner_product_param { num_output: 4 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "vectors" type: "BatchNorm" bottom: "ip" top: "vectors" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "vectors" bottom: "label" top: "loss" }
"""


@pytest.mark.parametrize("replicas", [2, 3])
def test_replicas_with_synchronized_statistics_train_as_one_device(
    small: Case, replicas: int
) -> None:
    """Gradients, running statistics and losses; of seven rows, so no share is like another."""
    small.add("net.prototxt", BATCH_NORM_NET)
    one, many = small.start(), small.start(replicas, sync_batch_norm=True)
    alone, apart = (step_of(start, Signals()).run(3) for start in (one, many))
    np.testing.assert_allclose(apart.losses, alone.losses, rtol=1e-5)
    wanted, got = (start.nets.train.get_params() for start in (one, many))
    for name, blobs in wanted.items():
        for index, blob in enumerate(blobs):
            np.testing.assert_allclose(
                got[name][index], blob, rtol=1e-4, atol=1e-6, err_msg=f"{name} {index}"
            )


def test_replicas_have_statistics_of_their_own_unless_asked(small: Case) -> None:
    small.add("net.prototxt", BATCH_NORM_NET)
    one, many = (step_of(small.start(count), Signals()).run(1).losses[0] for count in (1, 2))
    assert abs(one - many) > 1e-4


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_narrow_products_train_nearly_as_float32_does(
    small: Case, precision: str, replicas: int
) -> None:
    wide, narrow = small.start(), small.start(replicas, precision=precision)
    wanted = step_of(wide, Signals()).run(5).losses
    got = step_of(narrow, Signals(), LossScale() if precision == "float16" else None).run(5).losses
    np.testing.assert_allclose(got, wanted, rtol=0.05)
    if precision == "float16":
        assert not np.array_equal(got, wanted)
    assert {param.variable.dtype for param in narrow.nets.train.params} == {"float32"}


def test_an_overflow_leaves_the_update_out_and_halves_the_factor(small: Case) -> None:
    for replicas in (1, 2):
        start, scale = small.start(replicas, precision="float16"), LossScale([2.0**100, 7])
        step = step_of(start, Signals(), scale)
        before = flat(start.nets.train.get_params())
        step.run(3)
        np.testing.assert_array_equal(flat(start.nets.train.get_params()), before)
        assert int(start.solver.iterations.numpy()) == 3
        assert scale.state == [2.0**97, 0]


def test_frozen_layers_stay(small: Case) -> None:
    net = (small.folder / "net.prototxt").read_text()
    frozen = 'top: "conv1" param { lr_mult: 0 } param { lr_mult: 0 }\n  convolution_param'
    small.add("net.prototxt", net.replace('top: "conv1"\n  convolution_param', frozen))
    start = small.start()
    before = start.nets.train.get_params()
    step_of(start, Signals()).run(3)
    after = start.nets.train.get_params()
    np.testing.assert_array_equal(after["conv1"][0], before["conv1"][0])
    assert np.abs(after["ip"][0] - before["ip"][0]).max() > 0
    assert len(start.solver.history(start.nets.train.params)) == 4
