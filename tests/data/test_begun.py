from __future__ import annotations

from types import SimpleNamespace

from owltf.data.begun import Begun


def test_batches_are_begun_ahead_in_their_order():
    begun = []

    def begin(number):
        begun.append(number)
        return SimpleNamespace(first=number)

    batches = Begun(begin, step=4, ahead=2)
    assert batches.take(8).first == 8
    assert begun == [8, 12, 16]
    assert batches.take(12).first == 12
    assert begun == [8, 12, 16, 20]


def test_what_was_begun_is_left_when_another_batch_is_wanted():
    begun = Begun(lambda number: SimpleNamespace(first=number), step=4, ahead=1)
    begun.take(0)
    assert begun.take(40).first == 40
    assert begun.take(44).first == 44
