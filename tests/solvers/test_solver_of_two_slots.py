"""A solver of Adam's kind, as a plugin would declare it: three fields, two histories, one class."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from owltf.api import FieldError, OwltfError, Solver, hookimpl
from owltf.caffe.binary.solverstate_file import read_solverstate
from owltf.caffe.net.net_file import open_net_file
from owltf.caffe.schema.schema import load_schema
from owltf.convert.context import NetContext
from owltf.convert.params import Param, ParamBlob
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry
from owltf.runtime.devices import choose_devices
from owltf.train.prepare import PreparedRun, RunOptions, prepare
from owltf.train.trainer import Trainer


class TwoMoments(Solver):
    """m = b1 m + (1-b1) g; v = b2 v + (1-b2) g²; w -= rate √(1-b2ᵗ)/(1-b1ᵗ) m / (√v + delta)."""

    caffe_type = "TwoMoments"
    fields = ("momentum", "momentum2", "delta")
    slots = 2
    # Keeps -m, for no other reason than to see the sign turned.
    negated = (0,)

    @classmethod
    def check(cls, parameter: Any) -> None:
        super().check(parameter)
        if not 0 <= parameter.momentum2 < 1:
            raise FieldError("momentum2", f"momentum2 is below 1, got {parameter.momentum2:g}")

    def compute_update(self, gradient: Any, variable: Any, rate: Any, index: int) -> None:
        mean, square = (history[index] for history in self.histories)
        mean.assign(self.momentum * mean - (1 - self.momentum) * gradient)
        square.assign(self.momentum2 * square + (1 - self.momentum2) * gradient**2)
        step = tf.cast(self.iterations + 1, tf.float32)
        rate *= tf.sqrt(1 - self.momentum2**step) / (1 - self.momentum**step)
        variable.assign_add(rate * mean / (tf.sqrt(square) + self.delta))


RNG = np.random.default_rng(2)
START = RNG.normal(size=(3, 4)).astype(np.float32)
GRADS = RNG.normal(size=(6, 3, 4)).astype(np.float32)
B1, B2, DELTA, RATE = 0.9, 0.99, 1e-4, 0.05


def by_numpy(grads: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights and both moments after some steps."""
    w, m, v = START.astype(np.float64), np.zeros(START.shape), np.zeros(START.shape)
    for t, g in enumerate(grads.astype(np.float64), 1):
        m = B1 * m + (1 - B1) * g
        v = B2 * v + (1 - B2) * g**2
        w = w - RATE * np.sqrt(1 - B2**t) / (1 - B1**t) * m / (np.sqrt(v) + DELTA)
    return w, m, v


def made() -> tuple[Param, TwoMoments]:
    blob = ParamBlob("kernel", "oi", "io")
    param = Param("ip", 0, blob, keras.Variable(START, name="kernel"), 1.0, 1.0)
    fields = {"momentum": B1, "momentum2": B2, "delta": DELTA, "lr_policy": "fixed"}
    parameter = load_schema().message("SolverParameter")(**fields)
    return param, TwoMoments.from_parameter(parameter, RATE, [param])


def test_steps_are_those_of_the_formula() -> None:
    param, solver = made()
    for grad in GRADS:
        solver.apply([tf.constant(grad)])
    w, m, v = by_numpy(GRADS)
    np.testing.assert_allclose(param.variable.numpy(), w, rtol=1e-5, atol=1e-6)
    for got, wanted in zip(solver.history([param]), (m.T, v.T), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-7)


def test_both_histories_come_back_with_their_signs() -> None:
    param, solver = made()
    for grad in GRADS[:3]:
        solver.apply([tf.constant(grad)])
    kept, weights = solver.history([param]), param.get()
    other, again = made()
    again.set_history([other], kept)
    again.iterations.assign(3)
    other.set(weights)
    for grad in GRADS[3:]:
        for each in (solver, again):
            each.apply([tf.constant(grad)])
    np.testing.assert_array_equal(other.variable.numpy(), param.variable.numpy())
    assert again.history([other])[1].min() >= 0


def test_fields_are_attributes_with_caffes_defaults() -> None:
    solver = TwoMoments(0.1, delta=0.5)
    assert (solver.momentum, solver.momentum2, solver.delta) == (0, np.float32(0.999), 0.5)
    again = TwoMoments.from_config(solver.get_config())
    assert again.get_config() == solver.get_config()
    with pytest.raises(TypeError, match=r"TwoMoments takes no rms_decay; its fields: \('momentum'"):
        TwoMoments(0.1, rms_decay=0.9)


NET = """
layer { name: "x" type: "DummyData" top: "x" top: "y" dummy_data_param {
  shape { dim: 6 dim: 4 } shape { dim: 6 dim: 2 } data_filler { type: "gaussian" } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "y" top: "loss" }
"""
SOLVER = """net: "net.prototxt" type: "TwoMoments" base_lr: 0.05 lr_policy: "fixed"
momentum: 0.9 momentum2: 0.99 delta: 1e-4 max_iter: 8 snapshot: 4 snapshot_prefix: "snap"
random_seed: 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: Any) -> Iterator[Path]:
    """A folder with a net and its solver, which is entered."""
    (tmp_path / "net.prototxt").write_text(NET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def start(folder: Path, solver: str = SOLVER, **options: Any) -> PreparedRun:
    (folder / "solver.prototxt").write_text(solver)
    manager = make_manager()
    plugin = SimpleNamespace(owltf_solvers=hookimpl(lambda: [TwoMoments]))
    manager.register(plugin)
    registry = Registry(manager)
    file = open_net_file(folder / "solver.prototxt", registry.schema)
    context = NetContext(registry, "TRAIN")
    return prepare(file, context, choose_devices(cpu_replicas=1), RunOptions(**options))


def test_a_run_goes_on_from_its_snapshot_bit_for_bit(folder: Path) -> None:
    whole = start(folder)
    assert Trainer(whole).run() == 0
    state = read_solverstate(folder / "snap_iter_4.solverstate", load_schema())
    assert [blob.shape for blob in state.history] == [(2, 4), (2,), (2, 4), (2,)]
    resumed = start(folder, resume=folder / "snap_iter_4.solverstate")
    assert Trainer(resumed).run() == 0
    for one, other in zip(
        resumed.nets.train.get_params()["ip"], whole.nets.train.get_params()["ip"], strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("momentum2: 0.99", "momentum2: 1.5", "solver.prototxt:2: momentum2 is below 1, got 1.5"),
        ("random_seed", 'regularization_type: "L3" random_seed', "solver.prototxt:3: regular.* L1"),
    ],
)
def test_errors_name_the_fields_own_line(folder: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        start(folder, SOLVER.replace(old, new))
