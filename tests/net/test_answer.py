"""One function for each choice of blobs and shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.net import answer as module, lite_form, quickest
from owltf.net.answer import Answer


class Counted:
    """A function of inputs that counts how often it is traced."""

    traced = 0

    def __call__(self, inputs: Any) -> Any:
        self.traced += 1
        return {"sum": inputs["b"] + inputs["a"], "b": inputs["b"]}, [inputs["a"]]


def feeds(rows: int) -> dict[str, Any]:
    return {name: np.full((rows, 2), value, np.float32) for name, value in (("b", 1), ("a", 2))}


def test_each_shape_is_traced_once() -> None:
    counted = Counted()
    answer = Answer(counted, ("b", "a"), ("b", "sum"), None, False)
    for rows in (1, 2, 1, 2):
        found = answer(feeds(rows))
        assert {name: blob.tolist() for name, blob in found.items()} == {
            "b": [[1, 1]] * rows,
            "sum": [[3, 3]] * rows,
        }
    assert counted.traced == 2


def test_open_shapes_are_traced_once() -> None:
    counted = Counted()
    spec = {name: tf.TensorSpec((None, 2)) for name in ("b", "a")}
    answer = Answer(counted, ("b", "a"), ("sum",), spec, False)
    assert [answer(feeds(rows))["sum"].shape for rows in (1, 2, 3)] == [(1, 2), (2, 2), (3, 2)]
    assert counted.traced == 1


def test_an_array_is_the_callers() -> None:
    answer = Answer(Counted(), ("b", "a"), ("b",), None, False)
    given = feeds(1)
    answer(given)["b"][:] = 7
    np.testing.assert_array_equal(given["b"], [[1, 1]])


def test_another_form_gives_the_same_and_follows_the_weights() -> None:
    weight = tf.Variable(2.0)
    answer = Answer(lambda inputs: ({"y": inputs["x"] * weight}, []), ("x",), ("y",), None, True)
    given = {"x": np.ones((1, 2), np.float32)}
    for _ in range(20):
        assert answer(given)["y"].tolist() == [[2, 2]]
    weight.assign(3.0)
    assert answer(given, 1)["y"].tolist() == [[3, 3]]


def test_no_call_waits_for_a_form_that_would_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite_form, "_MOST_WEIGHTS", 0)
    monkeypatch.setattr(module, "lite_seconds", lambda _: float("inf"))
    weight = tf.Variable(2.0)
    answer = Answer(lambda inputs: ({"y": inputs["x"] * weight}, []), ("x",), ("y",), None, True)
    for _ in range(quickest._CALLS_BEFORE):
        answer({"x": np.ones((1, 2), np.float32)})
    (run,) = answer._runs.values()
    assert run._chosen is not None


def test_a_function_that_keeps_its_input_has_a_copy() -> None:
    kept = tf.Variable(tf.zeros((1, 2)))

    def keep(inputs: Any) -> Any:
        return {"y": kept.assign(inputs["x"])}, []

    given = {"x": np.ones((1, 2), np.float32)}
    Answer(keep, ("x",), ("y",), None, True)(given)
    given["x"][:] = 5
    assert kept.numpy().tolist() == [[1, 1]]
