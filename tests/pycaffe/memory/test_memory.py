"""Values of a blob: what a script writes reaches the device, and what a pass leaves the script."""

from __future__ import annotations

import keras
import numpy as np

from owltf.convert.blob import Blob
from owltf.convert.keras_names import KerasNames
from owltf.pycaffe.memory.memory import Memory
from owltf.pycaffe.memory.order import BlobOrder


def order(*, channels_last: bool) -> BlobOrder:
    blob = Blob("x", keras.Input((2, 3, 4)), 1, KerasNames(()))
    return BlobOrder(blob.to_channels_last() if channels_last else blob)


def test_values_go_both_ways() -> None:
    memory, plain, moved = (
        Memory((1, 2, 3, 4)),
        order(channels_last=False),
        order(channels_last=True),
    )
    memory.array[...] = np.arange(24).reshape(1, 2, 3, 4)
    tensor = memory.tensor(moved)
    assert tensor.shape == (1, 3, 4, 2)
    assert memory.tensor(moved) is tensor
    memory.set(2 * tensor, moved)
    assert memory.array[0, 1, 2, 3] == 46
    assert memory.tensor(plain).numpy()[0, 1, 2, 3] == 46


def test_what_is_written_into_a_held_array_counts() -> None:
    memory, plain = Memory((1, 2, 3, 4)), order(channels_last=False)
    held = memory.array
    memory.tensor(plain)
    held[...] = 3
    assert memory.tensor(plain).numpy().max() == 3
    memory.clear()
    assert not held.any()
    assert not memory.tensor(plain).numpy().any()


def test_blank_until_somebody_sets_values() -> None:
    memory, plain = Memory((1, 2, 3, 4)), order(channels_last=False)
    assert memory.is_blank()
    memory.set(memory.tensor(plain), plain)
    assert not memory.is_blank()
    memory.reshape((2, 2, 3, 4))
    assert memory.array.shape == (2, 2, 3, 4)
