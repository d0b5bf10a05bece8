"""ReLU against Caffe."""

from __future__ import annotations

from pathlib import Path

import pytest
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of


@pytest.mark.parametrize("name", ["relu", "relu_leaky"])
def test_relu_gives_caffes_figures(name: str) -> None:
    check_case(name)


def test_a_leaky_relu_is_saved(tmp_path: Path) -> None:
    fields = 'type: "ReLU" relu_param { negative_slope: 0.1 }'
    save_and_load(net_of(one_layer(fields, (2, 3, 4, 5))), tmp_path)
