from __future__ import annotations

import numpy as np
import pytest
from owltf_ssd.average_precision import average_precisions

from owltf.api import OwltfError

# Image, label, score, right, wrong; counts of true boxes come first.
FIRST = np.array(
    [[-1, 1, 2, -1, -1], [-1, 2, 0, -1, -1], [0, 1, 0.9, 1, 0], [0, 1, 0.5, 0, 1]], np.float32
)
SECOND = np.array([[-1, 1, 2, -1, -1], [-1, 2, 0, -1, -1], [0, 1, 0.7, 0, 1], [0, 1, 0.4, 1, 0]])
# Scores 0.9 right, 0.7 wrong, 0.5 wrong, 0.4 right; four true boxes: precisions of 1, 1/2, 1/3 and
# 1/2 at recalls of 1/4, 1/4, 1/4 and 1/2.


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("11point", (3 * 1 + 3 * 0.5) / 11),
        ("MaxIntegral", 0.25 * 1 + 0.25 * 0.5),
        ("Integral", 0.25 * 1 + 0.25 * 0.5),
    ],
)
def test_versions(version: str, wanted: float) -> None:
    found = average_precisions([FIRST[None, None], SECOND[None, None]], version)
    assert found == {1: pytest.approx(wanted), 2: 0}


def test_the_area_under_the_envelope_is_the_larger_one() -> None:
    rows = np.array([[-1, 1, 2, -1, -1], [0, 1, 0.9, 0, 1], [0, 1, 0.8, 1, 0], [0, 1, 0.7, 1, 0]])
    assert average_precisions([rows], "Integral") == {1: pytest.approx(0.5 / 2 + 2 / 3 / 2)}
    assert average_precisions([rows], "MaxIntegral") == {1: pytest.approx(2 / 3)}


def test_what_is_never_found() -> None:
    assert average_precisions([FIRST[:2]], "11point") == {1: 0, 2: 0}


def test_an_unknown_version() -> None:
    with pytest.raises(OwltfError, match="ap_version '11points': .*11point"):
        average_precisions([FIRST], "11points")
