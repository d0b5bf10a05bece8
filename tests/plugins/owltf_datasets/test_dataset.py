"""owltf dataset info and check, as a user calls them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
from click.testing import Result

ORACLE = Path(__file__).parents[2] / "data" / "oracle"


def test_info_of_a_database(here: Path, lines: Callable[..., list[str]]) -> None:
    said = lines("dataset", "info", ORACLE / "lmdb_raw", "--sheet", "sheet.png")
    assert said[1] == "shape: 3x36x34 (10 of 10), uint8"
    assert said[2] == "labels: 6, from 0 to 6"
    assert [line.split()[:2] for line in said[3:9]] == [
        ["0", "2"],
        ["2", "1"],
        ["3", "1"],
        ["4", "1"],
        ["5", "2"],
        ["6", "3"],
    ]
    assert said[9] == "sheet.png: 10 images"
    assert cv2.imread("sheet.png").shape == (346, 404, 3)


def test_a_sheet_is_not_written_over(here: Path, refused: Callable[..., str]) -> None:
    Path("sheet.png").write_text("mine")
    words = ("dataset", "info", ORACLE / "lmdb_raw", "--sheet", "sheet.png")
    assert "sheet.png is there already" in refused(*words)
    assert Path("sheet.png").read_text() == "mine"


def test_check_of_a_good_database(here: Path, lines: Callable[..., list[str]]) -> None:
    note, last = lines("dataset", "check", ORACLE / "leveldb_raw")
    assert note == "note: no record has the label 1"
    assert last.endswith("leveldb_raw: all 10 records are good")


def test_check_names_bad_images(flowers: Path, owltf: Callable[..., Result]) -> None:
    (flowers / "rose" / "6.png").write_bytes(b"\x89PNG no more")
    result = owltf("dataset", "check", "flowers")
    assert result.exit_code == 2
    assert result.stdout.splitlines()[0] == (
        "flowers: flowers/rose/6.png: cannot be decoded as an image"
    )
    assert result.stderr == "owltf: error: folder flowers: 1 of 10 records are bad\n"
