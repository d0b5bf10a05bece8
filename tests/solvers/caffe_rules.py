"""Caffe's `ApplyUpdate` in plain NumPy: clip, divide by iter_size, regularise, the rule, update."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.caffe.schema.schema import load_schema
from owltf.convert.params import Param, ParamBlob
from owltf.solvers.solver import Solver

Rule = Callable[[Any, np.ndarray, list[np.ndarray], float, int], np.ndarray]
RATE = 0.05
# Beside plain steps: what a rule meets in real solver files, mixed.
MIXTURES: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.03, "iter_size": 3, "clip_gradients": 1.5},
    {"weight_decay": 0.03, "regularization_type": "L1", "clip_gradients": 0.5},
    {"weight_decay": 0.03, "iter_size": 2, "regularization_type": "L1"},
]


def sgd(p: Any, g: np.ndarray, h: list[np.ndarray], rate: float, t: int) -> np.ndarray:
    h[0] = p.momentum * h[0] + rate * g
    return h[0]


def nesterov(p: Any, g: np.ndarray, h: list[np.ndarray], rate: float, t: int) -> np.ndarray:
    before = h[0]
    h[0] = p.momentum * h[0] + rate * g
    return (1 + p.momentum) * h[0] - p.momentum * before


def adagrad(p: Any, g: np.ndarray, h: list[np.ndarray], rate: float, t: int) -> np.ndarray:
    h[0] = h[0] + g**2
    return rate * g / (np.sqrt(h[0]) + p.delta)


def rmsprop(p: Any, g: np.ndarray, h: list[np.ndarray], rate: float, t: int) -> np.ndarray:
    h[0] = p.rms_decay * h[0] + (1 - p.rms_decay) * g**2
    return rate * g / (np.sqrt(h[0]) + p.delta)


def adadelta(p: Any, g: np.ndarray, h: list[np.ndarray], rate: float, t: int) -> np.ndarray:
    h[0] = p.momentum * h[0] + (1 - p.momentum) * g**2
    step = g * np.sqrt((h[1] + p.delta) / (h[0] + p.delta))
    h[1] = p.momentum * h[1] + (1 - p.momentum) * step**2
    return rate * step


def adam(p: Any, g: np.ndarray, h: list[np.ndarray], rate: float, t: int) -> np.ndarray:
    h[0] = p.momentum * h[0] + (1 - p.momentum) * g
    h[1] = p.momentum2 * h[1] + (1 - p.momentum2) * g**2
    correction = np.sqrt(1 - p.momentum2**t) / (1 - p.momentum**t)
    return rate * correction * h[0] / (np.sqrt(h[1]) + p.delta)


RULES: dict[str, Rule] = {
    "SGD": sgd,
    "Nesterov": nesterov,
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "AdaDelta": adadelta,
    "Adam": adam,
}


@dataclass
class CaffeRun:
    """Weights and history, moved by Caffe's steps in float64.

    Attributes:
        parameter: the solver's fields.
        weights: the blobs.
        lr_mults: a factor on the rate for each; where it is 0, Caffe's gradient is 0.
        decay_mults: a factor on the weight decay for each.
        rate: the learning rate.
        diffs: what the last step subtracted from each blob.
    """

    parameter: Any
    weights: list[np.ndarray]
    lr_mults: list[float]
    decay_mults: list[float]
    rate: float = RATE
    steps: int = 0
    slots: list[list[np.ndarray]] = field(default_factory=list)
    diffs: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.weights = [weight.astype(np.float64) for weight in self.weights]
        self.slots = [[np.zeros(w.shape), np.zeros(w.shape)] for w in self.weights]

    def step(self, grads: list[np.ndarray]) -> None:
        """Make a step from the sums of the gradients of `iter_size` passes."""
        self.steps += 1
        p = self.parameter
        mults = self.lr_mults
        grads = [g.astype(np.float64) * bool(m) for g, m in zip(grads, mults, strict=True)]
        norm = np.sqrt(sum(np.sum(grad**2) for grad in grads))
        scale = p.clip_gradients / norm if 0 <= p.clip_gradients < norm else 1
        for index, weight in enumerate(self.weights):
            decay = p.weight_decay * self.decay_mults[index]
            towards = weight if p.regularization_type == "L2" else np.sign(weight)
            grad = grads[index] * scale / p.iter_size + decay * towards
            rule = RULES[p.type]
            rate = self.rate * mults[index]
            self.diffs.append(rule(p, grad, self.slots[index], rate, self.steps))
            self.weights[index] = weight - self.diffs[-1]
        self.diffs = self.diffs[-len(self.weights) :]

    def history(self, slots: int) -> list[np.ndarray]:
        """Return the history as a solverstate has it."""
        return [each[slot] for slot in range(slots) for each in self.slots]


LR_MULTS, DECAY_MULTS = [1.0, 2.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]
SHAPES = [(4, 3), (4,), (2, 4), (2,)]


def made_params(rng: np.random.Generator) -> list[Param]:
    """Return two layers' blobs; the second is frozen."""
    orders = [ParamBlob("kernel", "oi", "io"), ParamBlob("bias")] * 2
    made = []
    for index, (shape, blob) in enumerate(zip(SHAPES, orders, strict=True)):
        value = np.asarray(blob.to_keras(rng.normal(size=shape).astype(np.float32)))
        variable = keras.Variable(np.ascontiguousarray(value), name=blob.name)
        layer = f"ip{index // 2 + 1}"
        made.append(Param(layer, index % 2, blob, variable, LR_MULTS[index], DECAY_MULTS[index]))
    return made


def check_steps(
    solver_class: type[Solver],
    steps: int = 6,
    *,
    snapshot_diff: bool = False,
    in_graph: bool = False,
    **fields: Any,
) -> None:
    """Check weights and history after some steps against NumPy; if asked, also the last change."""
    fields = {"type": solver_class.caffe_type, **fields}
    parameter = load_schema().message("SolverParameter")(**fields)
    rng = np.random.default_rng(4)
    params = made_params(rng)
    solver = solver_class.from_parameter(parameter, RATE, params)
    if snapshot_diff:
        solver.keep_changes()
    apply = tf.function(solver.apply_trained) if in_graph else solver.apply_trained
    caffe = CaffeRun(parameter, [param.get() for param in params], LR_MULTS, DECAY_MULTS)
    for _ in range(steps):
        grads = [rng.normal(size=shape).astype(np.float32) for shape in SHAPES]
        caffe.step(grads)
        trained = zip(params, grads, strict=True)
        apply([tf.constant(p.blob.to_keras(g)) for p, g in trained if p.is_trained])
    for param, weight in zip(params, caffe.weights, strict=True):
        np.testing.assert_allclose(param.get(), weight, rtol=1e-5, atol=1e-6)
    for param, diff in zip(params, caffe.diffs, strict=True) if snapshot_diff else ():
        np.testing.assert_allclose(solver.diff(param), diff, rtol=1e-5, atol=1e-8)
    history = solver.history(params)
    for got, wanted in zip(history, caffe.history(solver.slots), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-7)
