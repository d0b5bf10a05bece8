"""The files that the list of an HDF5Data layer names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.net.listed_files import listed_files


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    (tmp_path / "lists").mkdir()
    return tmp_path / "lists" / "list.txt"


def test_files_are_beside_the_net_or_the_list(tmp_path: Path, listing: Path) -> None:
    listing.write_text("a.h5 b.h5\n")
    (tmp_path / "a.h5").touch()
    (listing.parent / "b.h5").touch()
    assert listed_files(listing, tmp_path) == [tmp_path / "a.h5", listing.parent / "b.h5"]


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "names no files"), ("c.h5", "names c.h5: not found; tried "), (None, "must be a text")],
)
def test_lists_that_are_refused(
    listing: Path, refusal: Callable[..., str], text: str | None, told: str
) -> None:
    if text is not None:
        listing.write_text(text)
    assert f"source {listing} {told}" in refusal(listed_files, listing, listing.parent)
