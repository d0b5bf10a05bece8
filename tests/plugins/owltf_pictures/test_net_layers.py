"""Boxes and arrows of nets."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_pictures.net_layers import Box, dims, net_layers, read_layers, short

from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry


def test_layers_in_place_stand_with_the_one_before(here: Path) -> None:
    drawing = read_layers("net.prototxt", Registry(make_manager()), "TEST")
    assert [box.name for box in drawing.boxes] == ["data", "conv", "pool", "up", "ip", "prob"]
    assert drawing.boxes[1].in_place == ["ReLU"]
    assert drawing.arrows == [(0, 1), (1, 2), (2, 3), (2, 4), (4, 5)]


def test_multiply_adds_of_one_image(here: Path) -> None:
    found = net_layers("net.prototxt", Registry(make_manager()), "TEST", None)
    boxes = {box.name: box for box in found.boxes}
    assert boxes["conv"].multiply_adds == 4 * 3 * 9 * 4 * 3
    assert boxes["up"].multiply_adds == 4 * 4 * 4 * 2 * 3
    assert boxes["ip"].multiply_adds == 24 * 5
    larger = net_layers("net.prototxt", Registry(make_manager()), "TEST", {"data": (1, 3, 8, 6)})
    assert larger.boxes[1].shapes == [(4, 4, 3)]


def test_words() -> None:
    assert [short(count) for count in (0, 999, 1000, 9472, 1_580_000_000)] == [
        "0",
        "999",
        "1k",
        "9.47k",
        "1.58G",
    ]
    assert [dims(shape) for shape in ((3, None, 4), ())] == ["3x?x4", "1"]
    box = Box("a", "Convolution", "2 of 1x1", [(2, 3, 3)], 4, 18, ["ReLU", "Dropout"])
    assert list(box.lines()) == [
        "a",
        "Convolution 2 of 1x1",
        "+ ReLU, Dropout",
        "2x3x3",
        "4 params, 18 mult-adds",
    ]


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_a_phase(here: Path, phase: str) -> None:
    Path("two.prototxt").write_text(
        'layer { name: "TRAIN" type: "Input" top: "x" include { phase: TRAIN } }\n'
        'layer { name: "TEST" type: "Input" top: "x" include { phase: TEST } }\n'
    )
    drawing = read_layers("two.prototxt", Registry(make_manager()), phase)
    assert [box.name for box in drawing.boxes] == [phase]
