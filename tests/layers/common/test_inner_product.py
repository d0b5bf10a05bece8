"""InnerProduct against Caffe."""

from __future__ import annotations

import pytest
from oracle_case import check_case


@pytest.mark.parametrize("name", ["ip_basic", "ip_2d", "ip_axis2", "ip_transpose"])
def test_inner_product_gives_caffes_figures(name: str) -> None:
    check_case(name)
