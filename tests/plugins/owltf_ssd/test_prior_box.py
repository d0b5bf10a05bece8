"""PriorBox gives the figures of a real build of SSD, and those of its definition."""

from __future__ import annotations

from math import sqrt

import numpy as np
import owltf_ssd
import pytest
from oracle_layers import check_oracle

from owltf.api import OwltfError
from owltf.testing import net_of, one_layer, use_plugins

MAP, IMAGE = (1, 2, 3, 4), (1, 3, 60, 100)


@pytest.mark.parametrize("name", ["priorbox", "priorbox_clip"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


def built(fields: str) -> np.ndarray:
    layer = f'type: "PriorBox" prior_box_param {{ {fields} }}'
    with use_plugins(owltf_ssd):
        net = net_of(one_layer(layer, MAP, IMAGE))
        found: np.ndarray = net.forward({"bottom0": np.zeros(MAP), "bottom1": np.zeros(IMAGE)})[
            "top0"
        ]
    return found


def boxes(
    shapes: list[tuple[float, float]],
    *,
    step: tuple[float, float] = (20, 25),
    offset: float = 0.5,
    image: tuple[int, int] = (60, 100),
) -> np.ndarray:
    """Return the boxes of each place, row by row."""
    height, width = image
    return np.array(
        [
            [
                ((x + offset) * step[1] - w / 2) / width,
                ((y + offset) * step[0] - h / 2) / height,
                ((x + offset) * step[1] + w / 2) / width,
                ((y + offset) * step[0] + h / 2) / height,
            ]
            for y in range(3)
            for x in range(4)
            for w, h in shapes
        ]
    )


R2, R3 = sqrt(2), sqrt(3)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ("min_size: 12", boxes([(12, 12)])),
        (
            "min_size: 10 min_size: 20 max_size: 14.4 max_size: 45 aspect_ratio: 2",
            boxes(
                [
                    *[(10, 10), (12, 12), (10 * R2, 10 / R2), (10 / R2, 10 * R2)],
                    *[(20, 20), (30, 30), (20 * R2, 20 / R2), (20 / R2, 20 * R2)],
                ]
            ),
        ),
        (
            "min_size: 9 aspect_ratio: 1 aspect_ratio: 3 aspect_ratio: 3 flip: false offset: 0",
            boxes([(9, 9), (9 * R3, 9 / R3)], offset=0),
        ),
        ("min_size: 9 step: 16", boxes([(9, 9)], step=(16, 16))),
        ("min_size: 9 step_h: 10 step_w: 30", boxes([(9, 9)], step=(10, 30))),
        ("min_size: 9 img_size: 80", boxes([(9, 9)], step=(80 / 3, 20), image=(80, 80))),
        (
            "min_size: 9 img_h: 30 img_w: 40 step: 8",
            boxes([(9, 9)], step=(8, 8), image=(30, 40)),
        ),
        ("min_size: 70 clip: true", np.clip(boxes([(70, 70)]), 0, 1)),
    ],
)
def test_the_definition(fields: str, wanted: np.ndarray) -> None:
    got = built(fields)
    assert got.shape == (1, 2, wanted.size)
    np.testing.assert_allclose(got[0, 0].reshape(-1, 4), wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(got[0, 1], 0.1)


def test_variances() -> None:
    four = built("min_size: 9 variance: 0.1 variance: 0.2 variance: 0.3 variance: 0.4")
    np.testing.assert_allclose(four[0, 1].reshape(-1, 4), [[0.1, 0.2, 0.3, 0.4]] * 12)
    np.testing.assert_allclose(built("min_size: 9 variance: 0.3")[0, 1], 0.3)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("", "needs a min_size above 0"),
        ("min_size: 3 min_size: 4 max_size: 9", "needs a max_size for each min_size"),
        ("min_size: 3 max_size: 3", "max_size must be above min_size"),
        ("min_size: 3 variance: 1 variance: 2", "needs one or four variances"),
        ("min_size: 3 reduce_boxes: true", "reduce_boxes"),
    ],
)
def test_refusals(fields: str, said: str) -> None:
    with pytest.raises(OwltfError, match=said):
        built(fields)
