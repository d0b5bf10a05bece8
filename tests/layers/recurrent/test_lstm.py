"""LSTM against real Caffe, its gradient against TensorFlow's own, and in a training run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import assert_close, check_case, one_layer
from recurrent_case import LSTM, MARKERS, STREAMS, TIME, UNITS, random
from solver_case import Case, flat

from owltf.errors import OwltfError
from owltf.layers.recurrent.lstm import lstm
from owltf.testing import net_of

NET = """
layer { name: "data" type: "HDF5Data" top: "x" top: "cont" top: "label"
  hdf5_data_param { source: "train.txt" batch_size: 4 } }
layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "lstm"
  recurrent_param { num_output: 6 weight_filler { type: "uniform" min: -0.3 max: 0.3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "lstm" top: "ip"
  inner_product_param { num_output: 3 axis: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss"
  softmax_param { axis: 2 } }
"""
SOLVER = """
net: "net.prototxt" base_lr: 0.5 momentum: 0.9 lr_policy: "fixed" clip_gradients: 5
max_iter: 40 display: 10 test_iter: 2 test_interval: 20 snapshot: 20 snapshot_prefix: "snap"
random_seed: 7
"""


@pytest.mark.parametrize("name", ["lstm", "lstm_static"])
def test_lstm_gives_caffes_figures(name: str) -> None:
    check_case(name)


def test_blobs_have_caffes_order_and_shapes() -> None:
    net = net_of(LSTM.net(LSTM.bottoms(static=True)))
    wanted = [blob.shape for blob in LSTM.params(static=True)]
    assert [param.shape for param in net.params] == wanted


def test_each_blob_has_its_filler() -> None:
    fillers = 'weight_filler { type: "constant" value: 2 } bias_filler { type: "constant" value: 3}'
    net = net_of(LSTM.net(LSTM.bottoms(static=True), fields=fillers))
    assert [float(param.get().max()) for param in net.params] == [2, 3, 2, 2]


def test_the_gradient_is_that_of_the_loop() -> None:
    gates, h, c = random(TIME, STREAMS, 4 * UNITS), random(STREAMS, UNITS), random(STREAMS, UNITS)
    kernel = random(UNITS, 4 * UNITS)
    values = [tf.constant(each) for each in (gates, MARKERS[..., np.newaxis], h, c, kernel)]
    upstream = tf.constant(random(TIME, STREAMS, UNITS))
    got, wanted = (gradients(function, values, upstream) for function in (lstm, plain_lstm))
    for ours, tensorflows in zip(got, wanted, strict=True):
        assert_close(ours.numpy(), tensorflows.numpy())


def gradients(function: Any, values: list[tf.Tensor], upstream: tf.Tensor) -> list[tf.Tensor]:
    gates, *_, kernel = values
    with tf.GradientTape() as tape:
        tape.watch([gates, kernel])
        hidden, _ = function(*values)
    return tape.gradient(hidden, [gates, kernel], upstream)


def plain_lstm(gates: Any, keep: Any, h: Any, c: Any, kernel: Any) -> Any:
    hidden = []
    for gate, kept in zip(tf.unstack(gates), tf.unstack(keep), strict=True):
        i, f, o, g = tf.split(gate + tf.matmul(kept * h, kernel), 4, 1)
        c = tf.sigmoid(f) * kept * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
        hidden.append(h)
    return tf.stack(hidden), c


@pytest.fixture
def sequences(tmp_path: Path, monkeypatch: Any) -> Case:
    """Streams of classes; the class to tell is that of the step before."""
    rng = np.random.default_rng(3)
    label = rng.integers(0, 3, (32, 8))
    with h5py.File(tmp_path / "train.h5", "w") as file:
        file["x"] = np.eye(3, dtype=np.float32)[np.roll(label, -1, axis=0)]
        file["cont"] = (np.arange(32) % 16 > 0)[:, np.newaxis].repeat(8, 1).astype(np.float32)
        file["label"] = label.astype(np.float32)
    case = Case(tmp_path)
    case.add("train.txt", "train.h5\n")
    case.add("net.prototxt", NET)
    case.add("solver.prototxt", SOLVER)
    monkeypatch.chdir(tmp_path)
    return case


def test_a_net_with_an_lstm_trains(sequences: Case) -> None:
    _, recorder = sequences.run()
    losses = [display.loss for display in recorder.displays]
    assert losses[-1] < 0.8 * losses[0]


def test_a_run_carries_states_as_the_loop_does(sequences: Case) -> None:
    """Sequences go on over four batches: without the states of the last one losses differ."""
    still = SOLVER.replace("base_lr: 0.5", "base_lr: 0").replace("display: 10", "display: 1")
    sequences.add("still.prototxt", still.replace("max_iter: 40", "max_iter: 4"))
    start, recorder = sequences.run(solver="still.prototxt")
    with h5py.File("train.h5") as file:
        arrays = [file[name][:16] for name in ("x", "cont", "label")]
    losses = looped_losses(start.nets.train.get_params(), *arrays)
    shown = [display.loss for display in recorder.displays]
    np.testing.assert_allclose(shown, losses.reshape(4, -1).mean(1), rtol=1e-5)


def looped_losses(params: Any, x: np.ndarray, markers: np.ndarray, label: np.ndarray) -> np.ndarray:
    """Return the loss of each step and stream by a plain loop."""
    hidden = LSTM.loop(x, markers, params["lstm"], [np.zeros((8, 6))] * 2)[0]
    weights, bias = params["ip"]
    scores = np.exp(hidden @ weights.T + bias)
    right = np.take_along_axis(scores, label[..., np.newaxis].astype(int), 2)[..., 0]
    return -np.log(right / scores.sum(2))


def test_time_is_not_split_among_devices(sequences: Case) -> None:
    with pytest.raises(OwltfError, match=r"^LSTM layer 'lstm' \(.*\): .*without --batch-per-gpu"):
        sequences.run(2)


def test_each_device_may_have_its_own_batch(sequences: Case) -> None:
    start, recorder = sequences.run(2, batch_per_gpu=True)
    assert np.isfinite(flat(start.nets.train.get_params())).all()
    assert recorder.displays[-1].loss < recorder.displays[0].loss


def test_a_static_input_of_one_stream() -> None:
    net = net_of(
        one_layer('type: "LSTM" recurrent_param { num_output: 2 }', (3, 1, 2), (3, 1), (1, 4))
    )
    assert net.blob_shapes["top0"] == (3, 1, 2)
