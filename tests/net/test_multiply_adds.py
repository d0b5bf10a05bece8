"""Multiply-adds, counted by hand."""

from __future__ import annotations

import pytest

from owltf.net.multiply_adds import multiply_adds


@pytest.mark.parametrize(
    ("kind", "weights", "bottom", "top", "count"),
    [
        ("Convolution", [(16, 3, 3, 3), (16,)], (8, 3, 32, 32), (8, 16, 30, 30), 3110400),
        # Two groups: each output sees half of the channels.
        ("Convolution", [(4, 2, 1, 1)], (1, 4, 5, 5), (1, 4, 5, 5), 200),
        ("Deconvolution", [(2, 3, 4, 4)], (1, 2, 5, 5), (1, 3, 12, 12), 2400),
        ("InnerProduct", [(4, 30), (4,)], (2, 5, 6), (2, 4), 240),
        ("InnerProduct", [(4, 6)], (2, 5, 6), (2, 5, 4), 240),
        ("PReLU", [(3,)], (2, 3), (2, 3), 0),
        ("Pooling", [], (2, 3, 4, 4), (2, 3, 2, 2), 0),
    ],
)
def test_counts(kind: str, weights: list, bottom: tuple, top: tuple, count: int) -> None:
    assert multiply_adds(kind, weights, bottom, top) == count
