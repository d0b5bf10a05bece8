"""TanH against Caffe."""

from __future__ import annotations

from pathlib import Path

from oracle_case import check_case, one_layer, save_and_load

from owltf.testing import net_of


def test_tanh_gives_caffes_figures() -> None:
    check_case("tanh")


def test_tanh_is_saved(tmp_path: Path) -> None:
    save_and_load(net_of(one_layer('type: "TanH"', (2, 3, 4, 5))), tmp_path)
