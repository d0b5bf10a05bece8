"""What all solvers do before their rule, against NumPy."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from caffe_rules import MIXTURES, check_steps

from owltf.convert.params import Param, ParamBlob
from owltf.errors import OwltfError
from owltf.runtime.compiled import compiled
from owltf.solvers.adadelta import AdaDelta
from owltf.solvers.adagrad import AdaGrad
from owltf.solvers.adam import Adam
from owltf.solvers.nesterov import Nesterov
from owltf.solvers.rmsprop import RMSProp
from owltf.solvers.sgd import SGD
from owltf.solvers.solver import Solver

RNG = np.random.default_rng(5)
SHAPES = [(3, 4), (4,)]
START = [RNG.normal(size=shape).astype(np.float32) for shape in SHAPES]
GRADS = [RNG.normal(size=shape).astype(np.float32) for shape in SHAPES]


def params(lr_mults: tuple[float, ...] = (1, 1)) -> list[Param]:
    orders = [ParamBlob("kernel", "oi", "io"), ParamBlob("bias")]
    made = []
    for index, (value, blob) in enumerate(zip(START, orders, strict=True)):
        variable = keras.Variable(value, name=blob.name)
        made.append(Param("ip", index, blob, variable, lr_mults[index], 1.0))
    return made


def solver(known: list[Param], **fields: Any) -> SGD:
    made = SGD(0.1, lr_mults=[each.lr_mult for each in known], **fields)
    made.build([each.variable for each in known])
    return made


def stepped(known: list[Param], **fields: Any) -> list[np.ndarray]:
    solver(known, **fields).apply([tf.constant(grad) for grad in GRADS])
    return [each.variable.numpy() for each in known]


def expected(factor: float = 1.0, add: Any = lambda w: 0, mults: Any = (1, 1)) -> list[np.ndarray]:
    return [
        w - 0.1 * mult * (g * factor + add(w))
        for w, g, mult in zip(START, GRADS, mults, strict=True)
    ]


def check(got: list[np.ndarray], wanted: list[np.ndarray]) -> None:
    for one, other in zip(got, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-6)


def test_plain_descent() -> None:
    check(stepped(params()), expected())


def test_l2() -> None:
    check(stepped(params(), weight_decay=0.3), expected(add=lambda w: 0.3 * w))


def test_l1() -> None:
    got = stepped(params(), weight_decay=0.3, regularization_type="L1")
    check(got, expected(add=lambda w: 0.3 * np.sign(w)))


def test_another_regularization_is_refused() -> None:
    with pytest.raises(OwltfError, match="regularization_type is L1 or L2, got 'L3'"):
        SGD(0.1, regularization_type="L3")


@pytest.mark.parametrize("snapshot_diff", [False, True])
@pytest.mark.parametrize("mixture", MIXTURES)
@pytest.mark.parametrize("rule", [SGD, Nesterov, AdaGrad, RMSProp, AdaDelta, Adam])
def test_rules_of_large_blobs_are_compiled_and_caffes(
    rule: type[Solver], mixture: Any, snapshot_diff: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("owltf.solvers.solver._LARGE", 0)
    made: list[bool] = []

    def noted(function: Any, *, by_xla: bool) -> Any:
        made.append(by_xla)
        return compiled(function, by_xla=by_xla)

    monkeypatch.setattr("owltf.solvers.solver.compiled", noted)
    momentum = {"momentum": 0.9} if "momentum" in rule.fields else {}
    fields = {"delta": 1e-4, **momentum, **mixture}
    check_steps(rule, snapshot_diff=snapshot_diff, in_graph=True, **fields)
    assert made and all(made)


@pytest.mark.parametrize("in_graph", [False, True])
def test_small_blobs_are_not_compiled(in_graph: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("owltf.solvers.solver.compiled", None)
    check_steps(SGD, in_graph=in_graph, momentum=0.9)


def test_clipping_takes_the_norm_of_all_gradients_before_iter_size() -> None:
    norm = np.sqrt(sum(np.sum(grad**2) for grad in GRADS))
    got = stepped(params(), clip_gradients=norm / 4, iter_size=2)
    check(got, expected(factor=1 / 4 / 2))
    check(stepped(params(), clip_gradients=norm * 4), expected())


def test_decay_comes_after_clipping_and_is_not_divided() -> None:
    got = stepped(params(), iter_size=2, weight_decay=0.3)
    check(got, expected(factor=1 / 2, add=lambda w: 0.3 * w))


def test_multipliers() -> None:
    check(stepped(params((2, 0.5))), expected(mults=(2, 0.5)))


def test_history_is_caffes_and_comes_back() -> None:
    known = params()
    made = solver(known, momentum=0.9)
    made.apply([tf.constant(grad) for grad in GRADS])
    history = made.history(known)
    np.testing.assert_allclose(history[0], 0.1 * GRADS[0].T, rtol=1e-6)
    assert history[0].shape == (4, 3)
    again = solver(known, momentum=0.9)
    again.set_history(known, history)
    for one, other in zip(again.history(known), history, strict=True):
        np.testing.assert_array_equal(one, other)


def test_untrained_blobs_have_a_history_of_zeros() -> None:
    known = params((1, 0))
    made = SGD(0.1)
    made.build([known[0].variable])
    assert not made.history(known)[1].any()


def test_a_history_that_does_not_fit_is_refused() -> None:
    known = params()
    made = solver(known)
    with pytest.raises(
        OwltfError, match="has 1 history blobs, but the solver SGD of this net has 2"
    ):
        made.set_history(known, [np.zeros((4, 3))])
    with pytest.raises(OwltfError, match=r"layer 'ip' has shape \(2, 3\)"):
        made.set_history(known, [np.zeros((2, 3)), np.zeros(4)])


def test_it_is_a_keras_optimizer() -> None:
    """Plain `fit` works with it, and its configuration rebuilds it."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    made = SGD(0.05, momentum=0.9)
    model.compile(SGD.from_config(made.get_config()), "mse")
    x = RNG.normal(size=(64, 4)).astype(np.float32)
    y = x @ np.array([[1.0], [2], [3], [4]], np.float32)
    losses = model.fit(x, y, epochs=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 10


@pytest.mark.parametrize("rule", [SGD, Nesterov, AdaGrad, RMSProp, AdaDelta, Adam])
def test_the_last_change_is_what_caffe_leaves_in_diff(rule: Any) -> None:
    """And a step that keeps it ends where others do."""
    fields = {"momentum": 0.9} if "momentum" in rule.fields else {}
    check_steps(rule, snapshot_diff=True, weight_decay=0.03, iter_size=2, **fields)


def test_before_the_first_step_there_is_no_change() -> None:
    known = params()
    made = solver(known)
    made.keep_changes()
    assert not made.diff(known[0]).any()
