"""Pictures of curves."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_pictures import curves_picture
from owltf_pictures.curves import Curve, Run

from owltf.api import OwltfError

RUN = Run(Path("a.log"), [Curve("loss", None, [0, 1], [2, 1], [0, 9]), Curve("loss", 0, [1], [3])])


def test_the_axis() -> None:
    assert curves_picture.places(RUN, RUN.curves[0], seconds=False) == [0, 1]
    assert curves_picture.places(RUN, RUN.curves[0], seconds=True) == [0, 9]
    with pytest.raises(OwltfError, match="a.log: its lines have no times"):
        curves_picture.places(RUN, RUN.curves[1], seconds=True)


def test_an_svg_names_the_curves(tmp_path: Path) -> None:
    curves_picture.write_curves(tmp_path / "a.svg", [RUN], seconds=False, log_scale=True)
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves_picture, "find_spec", lambda name: None)
    with pytest.raises(OwltfError, match=r"pip install 'owltf\[plot\]'; without -o"):
        curves_picture.check_picture(Path("a.png"))
