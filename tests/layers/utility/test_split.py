"""Tests of Split against real Caffe."""

from __future__ import annotations

from pathlib import Path

import pytest
from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of


def test_gives_caffes_figures() -> None:
    check_case("split")


@pytest.mark.parametrize("tops", [1, 3])
def test_is_saved_and_loaded(tops: int, tmp_path: Path) -> None:
    save_and_load(net_of(one_layer('type: "Split"', (2, 3, 4, 5), tops=tops)), tmp_path)
