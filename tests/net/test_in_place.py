"""Tests of what is said of layers in place after layers in place."""

from __future__ import annotations

import pytest
from small_nets import build, input_text


def notes(*types: str, phase: str = "TRAIN") -> tuple[str, ...]:
    layers = (
        f'layer {{ name: "{number}{kind}" type: "{kind}" bottom: "x" top: "x" {fields} }}\n'
        for number, (kind, _, fields) in enumerate(each.partition(" ") for each in types)
    )
    first = 'layer { name: "x0" type: "Power" bottom: "in" top: "x" }\n'
    return build(input_text("in", 2, 3) + first + "".join(layers), phase).notes


@pytest.mark.parametrize(
    "types",
    [
        ("ReLU", "BatchNorm"),
        ("Sigmoid", "Power power_param { scale: 2 }"),
        ("TanH", "Dropout"),
        ("Power power_param { power: 2 }", "Scale"),
    ],
)
def test_a_layer_that_overwrites_what_another_needs_is_told(types: tuple[str, ...]) -> None:
    (note,) = notes(*types)
    first, second = (f"{number}{each.split()[0]}" for number, each in enumerate(types))
    assert note.startswith(f"Layer '{second}' works in place on what '{first}' needs")
    assert notes(*types, phase="TEST") == ()


@pytest.mark.parametrize(
    "types",
    [
        ("ReLU", "Dropout"),
        ("BatchNorm", "Scale", "ReLU"),
        ("Sigmoid", "ReLU"),
        ("Power power_param { scale: 2 }", "ReLU"),
        ("PReLU", "BatchNorm"),
    ],
)
def test_common_nets_are_not(types: tuple[str, ...]) -> None:
    assert notes(*types) == ()
