"""Which nets take batches of any size."""

from __future__ import annotations

import pytest

from owltf.net.open_batch import has_open_batch
from owltf.testing import net_of, one_layer

SCALE = 'type: "Scale" scale_param { axis: %s }'
BY_WEIGHTS = 'type: "Scale" scale_param { axis: 0 bias_term: %s }'


@pytest.mark.parametrize(
    ("fields", "shapes", "is_open"),
    [
        ('type: "ReLU"', [(2, 3)], True),
        ('type: "LSTM" recurrent_param { num_output: 2 }', [(4, 2, 3), (4, 2)], False),
        ('type: "RNN" recurrent_param { num_output: 2 }', [(4, 2, 3), (4, 2)], False),
        ('type: "BatchReindex"', [(4, 3), (2,)], False),
        (SCALE % "1", [(2, 3)], True),
        (SCALE % "0", [(2, 3)], False),
        (SCALE % "-2", [(2, 3)], False),
        (SCALE % "0 num_axes: 0", [(2, 3)], True),
        ('type: "Bias" bias_param { axis: 0 }', [(2, 3)], False),
        ('type: "Bias" bias_param { axis: 0 }', [(2, 3), (2,)], True),
        (BY_WEIGHTS % "false", [(2, 3), (2,)], True),
        (BY_WEIGHTS % "true", [(2, 3), (2,)], False),
    ],
)
def test_a_batch_is_open_unless_a_layer_fixes_it(
    fields: str, shapes: list[tuple[int, ...]], is_open: bool
) -> None:
    assert has_open_batch(net_of(one_layer(fields, *shapes))) is is_open
