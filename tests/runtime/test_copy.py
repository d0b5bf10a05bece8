"""Copies into another order of axes are exact, whatever the view."""

from __future__ import annotations

import numpy as np
import pytest

from owltf.runtime.copy import LARGE, contiguous

SIDE = 260


def views() -> list[np.ndarray]:
    matrix = np.arange(SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE)
    kernel = np.arange(3 * 5 * 70 * 80, dtype=np.float32).reshape(70, 80, 3, 5)
    return [
        matrix,
        matrix.T,
        kernel.transpose(2, 3, 1, 0),
        np.repeat(matrix, 2, 1)[:, ::2].T,
        np.broadcast_to(np.float32(3), (SIDE, SIDE)),
        matrix[:3, :4].T,
        np.float32(2).reshape(()),
    ]


@pytest.mark.parametrize("view", views())
def test_values_and_order(view: np.ndarray) -> None:
    copied = contiguous(view)
    assert copied.shape == view.shape
    assert copied.flags.c_contiguous
    np.testing.assert_array_equal(copied, view)


def test_the_cases_are_large_enough() -> None:
    assert LARGE < SIDE * SIDE
