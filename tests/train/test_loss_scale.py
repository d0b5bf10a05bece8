"""The loss's factor falls after an overflow, and rises after a long time without one."""

from __future__ import annotations

import pytest

from owltf.train.loss_scale import FIRST, PATIENCE, LossScale


def test_a_new_one() -> None:
    scale = LossScale()
    assert scale.state == [FIRST, 0]
    scale.adjust(True)
    assert scale.state == [FIRST, 1]


@pytest.mark.parametrize(
    ("state", "is_finite", "after"),
    [
        ([1024.0, 5], False, [512.0, 0]),
        ([1.0, 5], False, [1.0, 0]),
        ([1024.0, PATIENCE - 1], True, [2048.0, 0]),
        ([2.0**24, PATIENCE - 1], True, [2.0**24, 0]),
    ],
)
def test_it_changes(state: list[float], is_finite: bool, after: list[float]) -> None:
    scale = LossScale(state)
    scale.adjust(is_finite)
    assert scale.state == after
