"""What is said of records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from owltf_datasets.database_images import Images
from owltf_datasets.survey import Survey, spread

from owltf.api import OwltfError


class Fake:
    """30 records of two shapes, and a bad one."""

    name, count = "fake", 31
    classes = ("zero", "one")

    def images(self, bad: Any, max_pixels: int | None) -> Iterator[Images]:
        """Yield the images."""
        for first, side in ((0, 2), (20, 3)):
            count = 20 if side == 2 else 10
            numbers = first + np.arange(count)
            pixels = np.full((count, 1, side, side), side, np.uint8)
            yield Images(numbers, pixels, numbers - 1, encoded=False)
        bad(OwltfError("bad"))


def test_the_words() -> None:
    steps: list[int] = []
    survey = Survey(Fake(), frozenset({3, 25}))
    survey.go(steps.append, None)
    assert sum(steps) == 31
    said = list(survey.lines())
    assert said[:5] == [
        "fake: 31 records",
        "bad: 1 records, which `owltf dataset check` names",
        "shape: 1x2x2 (20 of 30), uint8",
        "shape: 1x3x3 (10 of 30), uint8",
        "labels: 30, from -1 to 28",
    ]
    assert said[6].endswith("# zero")
    assert said[-1] == "  and 10 others; a label has 1 to 1 records"
    assert [(image.shape, label) for image, label in survey.kept] == [
        ((1, 2, 2), 2),
        ((1, 3, 3), 24),
    ]
    assert list(survey.notes()) == [
        "2 shapes: a net needs a crop_size, or batch_size: 1",
        "labels begin at -1; a classifier's begin at 0",
    ]


def test_nothing_is_said_of_nothing() -> None:
    assert list(Survey(Fake()).notes()) == []


def test_missing_labels() -> None:
    survey = Survey(Fake())
    survey.labels.update({0: 1, 2: 1, (1 << 31) - 1: 1})
    assert list(survey.notes()) == ["no record has the label 1, 3, 4, 5, 6, 7, 8, 9, 10, 11"]


def test_numbers_lie_evenly() -> None:
    assert spread(100, 3) == {0, 50, 99}
    assert spread(2, 3) == {0, 1}
    assert spread(5, 0) == frozenset()
