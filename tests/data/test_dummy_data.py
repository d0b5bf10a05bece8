from __future__ import annotations

import numpy as np
import pytest

from owltf.data.pipeline import pipeline_error
from owltf.errors import OwltfError

MADE_UP = "DummyData layer 'made' (net.prototxt:2): "


def uniform(rng, shape, filler):
    return rng.uniform(filler.min, filler.max, shape).astype(np.float32)


def broken(rng, shape, filler):
    raise OwltfError("broken by intent")


FILLERS = {"uniform": uniform, "broken": broken}


def net(parameter, tops=("data", "label")):
    names = " ".join(f'top: "{top}"' for top in tops)
    return f'layer {{ name: "made" type: "DummyData" {names} dummy_data_param {{ {parameter} }} }}'


@pytest.fixture
def make(make_layer):
    return lambda *args, **more: make_layer(net(*args), fillers=FILLERS, **more)


SHAPES = "shape { dim: 2 dim: 3 } shape { dim: 2 }"
UNIFORM = 'data_filler { type: "uniform" min: 1 max: 2 }'


@pytest.mark.parametrize(
    ("parameter", "shapes"),
    [
        (SHAPES, ((2, 3), (2,))),
        ("shape { dim: 4 dim: 5 }", ((4, 5), (4, 5))),
        ("num: 2 channels: 3 height: 4 width: 5", ((2, 3, 4, 5),) * 2),
        ("num: 2 channels: 3 channels: 1 height: 4 width: 5", ((2, 3, 4, 5), (2, 1, 4, 5))),
        ("shape { }", ((), ())),
    ],
)
def test_shapes(parameter, shapes, make, batches):
    layer = make(parameter)
    assert layer.top_shapes == shapes
    assert layer.batch_size == (shapes[0][0] if shapes[0] else 1)
    ((data, label),) = batches(layer, 1)
    np.testing.assert_array_equal(data, np.zeros(shapes[0]))
    np.testing.assert_array_equal(label, np.zeros(shapes[1]))


def test_constants_stay_and_others_are_drawn_anew(make, batches):
    layer = make(f"{SHAPES} {UNIFORM} data_filler {{ value: 7 }}")
    taken = batches(layer, 3)
    assert len({data.tobytes() for data, _ in taken}) == 3
    for data, label in taken:
        assert ((data >= 1) & (data <= 2)).all()
        np.testing.assert_array_equal(label, [7, 7])
    assert layer.describe() == "made up: uniform 2x3, constant 2"


def test_draws_depend_on_seed_batch_and_top_alone(make, batches):
    taken = batches(make(f"shape {{ dim: 2 dim: 3 }} {UNIFORM}"), 4)
    again = batches(make(f"shape {{ dim: 2 dim: 3 }} {UNIFORM}"), 2, position=4)
    np.testing.assert_array_equal(again, taken[2:])
    other = batches(make(f"shape {{ dim: 2 dim: 3 }} {UNIFORM}", seed=2), 4)
    assert len({top.tobytes() for tops in (*taken, *other) for top in tops}) == 16


def test_batch_factor(make):
    assert make(SHAPES, batch_factor=2).top_shapes == ((4, 3), (4,))


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("", "shape must be given once or once per top (2); got 0"),
        ("shape { } shape { } shape { }", "shape must be given once or once per top (2); got 3"),
        ("num: 1", "channels must be given once or once per top (2); got 0"),
        (
            "shape { dim: 2 dim: -2147483648 }",
            "a size cannot be below 0; got the shape (2, -2147483648)",
        ),
        (f"num: 1 {SHAPES}", "shape and num, channels, height, width cannot both be given"),
        (
            f"{SHAPES} {UNIFORM} {UNIFORM} {UNIFORM}",
            "data_filler must be given once or once per top (2); got 3",
        ),
        (
            SHAPES + 'data_filler { type: "magic" }',
            "'magic' is not known; known are broken, constant, uniform",
        ),
    ],
)
def test_what_is_refused(parameter, expected, make, refusal):
    message = refusal(make, parameter)
    assert message.startswith(MADE_UP)
    assert expected in message


def test_needs_a_top(make, refusal):
    assert "needs one top or more" in refusal(make, SHAPES, ())


def test_a_filler_that_fails_is_named(make, batches):
    layer = make(SHAPES + 'data_filler { type: "broken" }')
    with pytest.raises(Exception) as caught:  # noqa: B017, PT011
        batches(layer, 1)
    assert str(pipeline_error(caught.value, [layer])) == f"{MADE_UP}broken by intent"
