"""owltf draw, as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

Lines = Callable[..., list[str]]


def test_a_list_in_the_terminal(here: Path, lines: Lines) -> None:
    assert lines("draw", "net.prototxt") == [
        "layer  type                             shape  params  mult-adds",
        "data   Input                            3x8x6",
        "conv   Convolution 4 of 3x3/2+1 + ReLU  4x4x3     112       1.3k",
        "pool   Pooling 2x1/2x1                  4x2x3",
        "up     Deconvolution 4 of 2x2/2         4x4x6      64        384",
        "ip     InnerProduct 5                   5         125        120",
        "prob   Softmax                          5",
        "branches: 7 layers, 301 parameters, 1.8k multiply-adds an image",
    ]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".dot", ".md"])
def test_pictures(here: Path, lines: Lines, suffix: str) -> None:
    (line,) = lines("draw", "--no-shapes", "net.prototxt", f"net{suffix}")
    assert line == f"net{suffix}: 7 layers"
    data = Path(f"net{suffix}").read_bytes()
    if suffix == ".png":
        assert cv2.imread("net.png").std() > 10
    elif suffix == ".pdf":
        assert data.startswith(b"%PDF")
    else:
        assert b"Convolution 4 of 3x3/2+1" in data


def test_what_is_refused(here: Path, refused: Callable[..., str]) -> None:
    Path("there.png").write_text("mine")
    for words, reason in (
        (("net.prototxt", "a.gif"), "there is no format '.gif'"),
        (("net.prototxt", "there.png"), "there.png is there already; --force replaces it"),
        (("none.prototxt", "a.md"), "none.prototxt: not found"),
        (("net.prototxt", "--no-shapes", "--input-shape", "data:1,3,9,9"), "not both"),
    ):
        assert reason in refused("draw", *words)
    text = Path("net.prototxt").read_text().replace("num_output: 5", "num_output: 0")
    Path("bad.prototxt").write_text(text)
    assert "; --no-shapes draws what the file says" in refused("draw", "bad.prototxt")
