"""Flip gives the fork's figures, and turns what it is told to."""

from __future__ import annotations

import numpy as np
import pytest
from face_layers import X, check_oracle, keeps_the_contract, run

from owltf.testing import one_layer


def test_the_forks_figures() -> None:
    check_oracle("flip")


@pytest.mark.parametrize(
    ("fields", "rows", "columns"),
    [
        ("", 1, -1),
        ("flip_height: true flip_width: false", -1, 1),
        ("flip_height: true", -1, -1),
        ("flip_width: false", 1, 1),
    ],
)
def test_images_are_turned(fields: str, rows: int, columns: int) -> None:
    net = one_layer(f'type: "Flip" flip_param {{ {fields} }}', X.shape)
    np.testing.assert_array_equal(run(net, X, top_grads=[X]).tops[0], X[:, :, ::rows, ::columns])
    keeps_the_contract(net, X)
