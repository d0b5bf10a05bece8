"""Numbers fit their column."""

from __future__ import annotations

from math import inf, nan

import pytest

from owltf.train.report.number import WIDTH, change, number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0991048, "0.0991048"),
        (2.388271, "2.38827"),
        (143744.0, "143744"),
        (1234567.0, "1.235e+06"),
        (-1.23456e-07, "-1.23e-07"),
        (nan, "nan"),
    ],
)
def test_as_many_digits_as_fit(value: float, text: str) -> None:
    assert number(value) == text
    assert len(text) <= WIDTH


def test_a_change_has_its_sign() -> None:
    values = (0.5, -2.13456, -1.23456e-100, 0.0, inf)
    assert [*map(change, values)] == ["+0.5", "-2.13", "-1.2e-100", "+0", "+inf"]
    assert change(nan) == ""
