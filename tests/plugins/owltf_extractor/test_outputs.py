"""Which file holds what."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_extractor.formats.writer import KEY, LABEL, Column
from owltf_extractor.outputs import Output, formats, plan_outputs
from read_back import FORMATS, HOLDING_MANY
from some_rows import OTHERS

from owltf.api import OwltfError

BLOBS = [Column("a", (3,)), Column("b", (2, 2))]


def names(output: Output) -> list[str]:
    """Return the columns of a file by name."""
    return [each.name for each in output.columns]


def test_every_format_is_known() -> None:
    assert list(formats()) == sorted([*FORMATS, ".leveldb"])


@pytest.mark.parametrize("suffix", HOLDING_MANY)
def test_one_file_holds_all(here: Path, suffix: str) -> None:
    (output,) = plan_outputs(f"out{suffix}", BLOBS, OTHERS)
    assert (output.path, output.writer.suffix) == (Path(f"out{suffix}"), suffix)
    assert (names(output), output.beside) == ([KEY, LABEL, "a", "b"], ())


@pytest.mark.parametrize("suffix", [".npy", ".txt"])
def test_a_file_for_each_and_keys_and_labels_beside_the_first(here: Path, suffix: str) -> None:
    first, second = plan_outputs(f"x{suffix},y{suffix}", BLOBS, OTHERS)
    assert (names(first), names(second)) == (["a"], ["b"])
    beside = [(f"x.key{suffix}", OTHERS[0]), (f"x.label{suffix}", OTHERS[1])]
    assert (first.beside, second.beside) == (beside, [])


def test_a_database_for_each_with_keys_and_labels(here: Path) -> None:
    first, second = plan_outputs("x.lmdb,y.lmdb", BLOBS, OTHERS)
    assert (names(first), names(second)) == ([KEY, LABEL, "a"], [KEY, LABEL, "b"])


@pytest.mark.parametrize("out", ["features", "features.dat"])
def test_another_suffix_may_have_a_format(here: Path, out: str) -> None:
    (output,) = plan_outputs(out, BLOBS[:1], [], ".txt")
    assert (output.path, output.writer.suffix) == (Path(out), ".txt")
    (known,) = plan_outputs("out.npy", BLOBS[:1], [], ".txt")
    assert known.writer.suffix == ".npy"


def test_an_old_database_may_be_replaced(here: Path) -> None:
    (here / "out.lmdb").mkdir()
    (here / "out.lmdb" / "data.mdb").touch()
    (output,) = plan_outputs("out.lmdb", BLOBS[:1], [])
    assert output.path == Path("out.lmdb")


@pytest.mark.parametrize(
    ("out", "blobs", "reason"),
    [
        ("out.nyp", 1, "out.nyp: there is no format '.nyp'; did you mean '.npy' or '.npz'?"),
        ("out", 1, "out: there is no format ''; the name must end in .csv, .h5, .leveldb"),
        ("out.npy", 2, "a .npy holds one blob: give 2 files joined by commas for b0, b1, or a"),
        ("a.npy,b.txt", 2, "all files must be of one format"),
        ("no/out.npy", 1, "there is no folder"),
        ("folder.npy", 1, "folder.npy: a folder stands there"),
        ("file.lmdb", 1, "file.lmdb: a file stands there"),
    ],
)
def test_outputs_that_cannot_be(here: Path, out: str, blobs: int, reason: str) -> None:
    Path("folder.npy").mkdir()
    Path("file.lmdb").touch()
    columns = [Column(f"b{number}", (3,)) for number in range(blobs)]
    with pytest.raises(OwltfError, match=reason):
        plan_outputs(out, columns, [])


def test_a_dash_is_no_stream(here: Path) -> None:
    with pytest.raises(OwltfError, match="-: cannot be written: no file goes to the standard"):
        plan_outputs("-", BLOBS[:1], [], ".txt")
