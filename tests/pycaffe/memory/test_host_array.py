"""Arrays that a script holds: they show each new value, and the others are copied when read."""

from __future__ import annotations

import numpy as np

from owltf.pycaffe.memory.host_array import Array, HostArray


class Counted(HostArray):
    """Values of a device, with how often they were copied."""

    def __init__(self) -> None:
        super().__init__((2, 2))
        self.value, self.copies = 0.0, 0

    def newest(self) -> Array:
        self.copies += 1
        return np.full(4, self.value, np.float32)


def test_values_that_nobody_reads_are_not_copied() -> None:
    memory = Counted()
    for value in range(3):
        memory.value = value
        memory.changed()
    assert memory.copies == 0
    assert memory.array.tolist() == [[2, 2], [2, 2]]
    assert memory.copies == 1
    memory.changed()
    assert memory.copies == 1


def test_an_array_that_is_held_shows_new_values() -> None:
    memory = Counted()
    held = memory.array[0]
    assert memory.is_given and memory.is_held()
    memory.value = 5
    memory.changed()
    assert held.tolist() == [5, 5]
    del held
    assert not memory.is_held()


def test_memory_is_made_when_it_is_asked_for() -> None:
    memory = HostArray((3,))
    assert memory.is_blank()
    memory.reshape((2,))
    assert memory.array.tolist() == [0, 0]
    assert not memory.is_blank()
