"""Convolution against Caffe."""

from __future__ import annotations

import pytest
from oracle_case import check_case

CASES = [
    "conv_basic",
    "conv_big_pad",
    "conv_depthwise",
    "conv_dilated",
    "conv_group2",
    "conv_hw",
    "conv_nobias",
    "conv_pad_stride",
]


@pytest.mark.parametrize("name", CASES)
def test_convolution_gives_caffes_figures(name: str) -> None:
    check_case(name)
