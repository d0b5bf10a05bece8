"""One function for each choice of blobs and shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from owltf.net.answer import Answer


class Counted:
    """A function of inputs that counts how often it is traced."""

    traced = 0

    def __call__(self, inputs: Any) -> Any:
        self.traced += 1
        return {"sum": inputs["b"] + inputs["a"], "b": inputs["b"]}, [inputs["a"]]


def feeds(rows: int) -> dict[str, Any]:
    return {"b": tf.fill((rows, 2), 1.0), "a": tf.fill((rows, 2), 2.0)}


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
