"""Images for the tests of the data tools."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ORACLE = Path(__file__).parents[2] / "data" / "oracle"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def flowers(here: Path) -> Path:
    """A folder with a folder of images for each of two classes, 6 and 4 of them."""
    for number in range(10):
        folder = here / "flowers" / ("daisy" if number < 6 else "rose")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(ORACLE / "images" / f"0{number % 5 * 2}.png", folder / f"{number}.png")
    return here / "flowers"
