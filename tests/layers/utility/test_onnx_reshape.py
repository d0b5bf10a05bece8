"""Other shapes of the same values in ONNX."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from recurrent_case import random

from owltf.testing import one_layer


@pytest.mark.parametrize(
    "fields",
    [
        'type: "Flatten"',
        'type: "Flatten" flatten_param { axis: 2 }',
        'type: "Flatten" flatten_param { axis: 0 end_axis: 1 }',
        'type: "Reshape" reshape_param { shape { dim: 0 dim: -1 dim: 5 } }',
        'type: "Reshape" reshape_param { shape { dim: 4 dim: -1 } }',
        'type: "Reshape" reshape_param { shape { dim: 1 } axis: -1 num_axes: 0 }',
    ],
)
def test_the_values_stay_in_order(check_onnx: Callable[..., None], fields: str) -> None:
    check_onnx(one_layer(fields, (2, 3, 4, 5)), [random(2, 3, 4, 5)])
