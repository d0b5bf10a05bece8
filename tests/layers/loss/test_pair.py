"""Tests of how two bottoms that are compared get one shape."""

from __future__ import annotations

import pytest
from oracle_case import one_layer

from owltf.errors import OwltfError
from owltf.testing import net_of


@pytest.mark.parametrize("target", [(6, 4, 1, 1), (6, 2, 2), (6, 4)])
def test_bottoms_of_as_many_values_fit(target: tuple[int, ...]) -> None:
    assert net_of(one_layer('type: "EuclideanLoss"', (6, 4), target)).blob_shapes["top0"] == ()


def test_bottoms_of_as_many_values_in_other_rows_do_not_fit() -> None:
    with pytest.raises(OwltfError, match=r"agree in rows.*got \(6, 4\) and \(4, 6\)"):
        net_of(one_layer('type: "EuclideanLoss"', (6, 4), (4, 6)))
