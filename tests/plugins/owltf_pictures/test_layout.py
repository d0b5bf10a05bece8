"""Boxes do not overlap, and arrows go down."""

from __future__ import annotations

import itertools
import random

import pytest
from owltf_pictures.layout import lay_out


def test_a_chain_is_straight() -> None:
    layout = lay_out([1, 3, 2], [(0, 1), (1, 2)], 0.5)
    assert layout.rows == [0, 1, 2]
    assert layout.centres == pytest.approx([1.5, 1.5, 1.5])


def test_branches_stand_side_by_side() -> None:
    arrows = [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]
    layout = lay_out([1, 2, 2, 2, 1], arrows, 0.5)
    assert layout.centres[1:4] == pytest.approx([1, 3.5, 6])
    assert layout.centres[0] == pytest.approx(layout.centres[4]) == pytest.approx(3.5)


def test_a_long_arrow_goes_around() -> None:
    layout = lay_out([2, 2, 2], [(0, 1), (1, 2), (0, 2)], 0.5)
    bend = layout.paths[0, 2][1]
    assert bend[1] == 1
    assert abs(bend[0] - layout.centres[1]) >= 1


def test_what_nothing_leads_to_stands_near_what_it_leads_to() -> None:
    assert lay_out([1] * 5, [(0, 1), (1, 2), (2, 4), (3, 4)], 0.5).rows == [0, 1, 2, 2, 3]


def test_no_boxes_overlap() -> None:
    draws = random.Random(0)
    count = 40
    arrows = sorted({(draws.randrange(end), end) for end in range(1, count) for _ in range(2)})
    widths = [draws.uniform(1, 3) for _ in range(count)]
    layout = lay_out(widths, arrows, 0.25)
    assert all(layout.rows[start] < layout.rows[end] for start, end in arrows)
    for one, other in itertools.combinations(range(count), 2):
        if layout.rows[one] == layout.rows[other]:
            apart = abs(layout.centres[one] - layout.centres[other])
            assert apart >= (widths[one] + widths[other]) / 2 + 0.25 - 1e-9
