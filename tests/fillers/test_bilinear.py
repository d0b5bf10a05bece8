"""Tests of the bilinear filler."""

import numpy as np
import pytest

from owltf.errors import OwltfError
from owltf.fillers.bilinear import bilinear


@pytest.mark.parametrize("size", range(1, 9))
def test_is_caffes_tent(filled, size: int) -> None:
    kernel = filled(bilinear, (3, 2, size, size))
    factor = -(-size // 2)
    center = (size - 1) / (2 * factor)
    for y, x in np.ndindex(size, size):
        wanted = (1 - abs(y / factor - center)) * (1 - abs(x / factor - center))
        np.testing.assert_allclose(kernel[:, :, y, x], wanted, rtol=1e-6)


@pytest.mark.parametrize("size", range(1, 9))
def test_is_symmetric(filled, size: int) -> None:
    kernel = filled(bilinear, (1, 1, size, size))[0, 0]
    np.testing.assert_allclose(kernel, kernel[::-1, ::-1], rtol=1e-6)
    np.testing.assert_allclose(kernel, kernel.T, rtol=1e-6)


def test_doubles_an_image_with_a_kernel_of_four(filled) -> None:
    np.testing.assert_allclose(
        filled(bilinear, (1, 1, 4, 4))[0, 0, 1], np.array([0.25, 0.75, 0.75, 0.25]) * 0.75
    )


@pytest.mark.parametrize("shape", [(3, 3), (2, 2, 3, 4)])
def test_refuses_kernels_that_are_not_square(filled, shape: tuple[int, ...]) -> None:
    with pytest.raises(OwltfError, match="filler bilinear: needs a blob"):
        filled(bilinear, shape)
