"""Every legal way in which a Keras layer adds a weight is seen, and told by name."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import keras
import pytest

from owltf.convert.add_weight import by_name, weights_chosen_by

CALLS: tuple[Callable[[Any], Any], ...] = (
    lambda layer: layer.add_weight(name="w", shape=(2, 3), initializer="zeros"),
    lambda layer: layer.add_weight((2, 3), name="w", initializer=keras.initializers.Ones()),
    lambda layer: layer.add_weight([2, 3], "ones", name="w"),
    lambda layer: layer.add_weight((2, 3), None, "float32", name="w", trainable=False),
)


class InInit(keras.layers.Layer):
    def __init__(self, call: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.w = call(self)

    def call(self, inputs: Any) -> Any:
        return inputs


class InBuild(keras.layers.Layer):
    def __init__(self, call: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.adds = call

    def build(self, input_shape: Any) -> None:
        self.w = self.adds(self)

    def call(self, inputs: Any) -> Any:
        return inputs


class InSublayer(InBuild):
    def build(self, input_shape: Any) -> None:
        self.inner = InBuild(self.adds)
        self.inner.build(input_shape)


@pytest.mark.parametrize("kind", [InInit, InBuild, InSublayer])
@pytest.mark.parametrize("call", CALLS)
def test_a_weight_is_chosen_however_it_is_added(kind: Any, call: Callable[[Any], Any]) -> None:
    mine, seen = keras.Variable([[1.0, 2, 3], [4, 5, 6]]), []

    def choose(layer: Any, given: dict[str, Any], add: Callable[..., Any]) -> Any:
        seen.append((type(layer), given["name"], tuple(given["shape"])))
        assert add(**given).shape == (2, 3)
        return mine

    with weights_chosen_by(choose):
        layer = kind(call)
        layer(keras.Input((2,)))
    assert seen == [(InBuild if kind is InSublayer else kind, "w", (2, 3))]
    assert (layer.inner if kind is InSublayer else layer).w is mine


def test_a_mistake_is_told_by_keras() -> None:
    def choose(layer: Any, given: dict[str, Any], add: Callable[..., Any]) -> Any:
        return add(**given)

    with weights_chosen_by(choose), pytest.raises(ValueError, match="-1"):
        InInit(lambda layer: layer.add_weight((-1,), name="w"))


def test_keras_is_as_before_afterwards_and_in_other_threads() -> None:
    before = keras.layers.Layer.add_weight
    made: list[Any] = []

    def refuse(*args: Any) -> Any:
        raise AssertionError

    with pytest.raises(AssertionError), weights_chosen_by(refuse):
        thread = Thread(target=lambda: made.append(InInit(CALLS[0])))
        thread.start()
        thread.join()
        assert made[0].w.shape == (2, 3)
        InInit(CALLS[0])
    assert keras.layers.Layer.add_weight is before


def test_arguments_by_position_get_their_names() -> None:
    def older(self, shape=None, initializer=None, dtype=None, trainable=True, name=None): ...
    def newer(self, *args, shape=None, initializer=None, dtype=None, name=None): ...

    wanted = {"shape": (2,), "initializer": "ones", "name": "w"}
    for add_weight in (older, newer):
        assert by_name(add_weight, ((2,), "ones"), {"name": "w"}) == wanted
    assert by_name(older, ((2,), "ones", None, True, "w"), {})["name"] == "w"
