"""AveragePool2D against a loop."""

from __future__ import annotations

import numpy as np
import pytest
from pool_by_loop import Rules, images, pooled

from owltf.layers.vision.average_pool import AveragePool2D


def averaged(image: np.ndarray, rules: Rules, *, down: bool) -> np.ndarray:
    """Return the means: the padding counts as zeros, what lies beyond it does not count."""
    kernel, stride, pad = rules
    sums = pooled(image, rules, lambda values, places: float(values.sum()), down=down)
    rows, columns = (
        [
            min(index * stride - pad + kernel, size + pad) - (index * stride - pad)
            for index in range(count)
        ]
        for count, size in zip(sums.shape, image.shape, strict=True)
    )
    # A stride beyond the kernel can leave a last window empty.
    with np.errstate(invalid="ignore"):
        return sums / np.outer(rows, columns)


@pytest.mark.parametrize("down", [False, True], ids=["ceil", "floor"])
def test_average_pooling_agrees_with_a_loop(down: bool) -> None:
    for image, rules in images():
        layer = AveragePool2D(*((size,) * 2 for size in rules), down)
        got = layer(image[np.newaxis, ..., np.newaxis]).numpy()[0, ..., 0]
        wanted = averaged(image, rules, down=down)
        np.testing.assert_allclose(got, wanted, rtol=1e-5, err_msg=f"{image.shape}, {rules}")
