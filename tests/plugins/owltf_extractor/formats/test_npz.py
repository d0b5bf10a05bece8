"""`.npz`: an array for each column."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from read_back import load_npz
from some_rows import write


def test_members_are_named_after_the_columns_and_have_no_date(here: Path) -> None:
    """So the same rows give the same file."""
    write("out.npz")
    with ZipFile("out.npz") as archive:
        members = archive.infolist()
    assert [each.filename for each in members] == ["key.npy", "label.npy", "a/b.npy"]
    assert {each.date_time for each in members} == {(1980, 1, 1, 0, 0, 0)}


def test_no_rows_are_empty_arrays(here: Path) -> None:
    write("out.npz", 0)
    found = load_npz(Path("out.npz"))
    assert found["key"].tolist() == []
    assert found["a/b"].shape == (0, 2, 3)


def test_nothing_is_left_beside_it(here: Path) -> None:
    write("out.npz")
    assert [path.name for path in here.iterdir()] == ["out.npz"]
