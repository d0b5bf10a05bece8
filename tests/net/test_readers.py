"""Which calls read a tensor, and where a tensor alone leads to."""

from __future__ import annotations

import keras

from owltf.net.readers import Readers


def test_a_tensor_is_followed_as_long_as_one_call_reads_it() -> None:
    x = keras.Input((2,))
    first = keras.layers.Identity(name="first")(x)
    second = keras.layers.Identity(name="second")(first)
    third, fourth = (keras.layers.Identity()(second) for _ in range(2))
    readers = Readers(keras.Model(x, [third, fourth]))
    reader = readers.only_reader(first)
    assert reader is not None and reader.layer.name == "second"
    assert readers.only_reader(second) is None
    assert readers.only_reader(third) is None
    assert readers.only_lead_to(x, second)
    assert not readers.only_lead_to(x, third)
    assert id(fourth) in readers and id(keras.Input((2,))) not in readers
