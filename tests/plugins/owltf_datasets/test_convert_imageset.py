"""owltf convert-imageset, compared with the databases that Caffe's convert_imageset made."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from owltf.api import Datum, decode_image, open_database

ORACLE = Path(__file__).parents[2] / "data" / "oracle"
SMALL = ("--resize_height=36", "--resize-width", 34)
MADE_BY = {
    "lmdb_raw": SMALL,
    "lmdb_gray": ("--gray", "--resize_height=28", "--resize_width=28"),
    "lmdb_encoded": ("--encoded", "--encode_type=png", *SMALL),
    "leveldb_raw": ("--backend=leveldb", *SMALL),
}

Records = list[tuple[str, bytes]]


def records(path: Path) -> Records:
    """Return the keys and records of a database."""
    found = open_database(path)
    read = found.reader().read(0, found.count)
    return list(zip(islice(found.keys(0), found.count), map(bytes, read), strict=True))


def pixels(record: bytes) -> np.ndarray:
    """Return the pixels of an encoded record."""
    return decode_image(Datum.parse(record).contents, 0)


@pytest.mark.parametrize("name", MADE_BY)
def test_caffes_databases(here: Path, lines: Callable[..., list[str]], name: str) -> None:
    said = lines("convert-imageset", *MADE_BY[name], f"{ORACLE}/images/", ORACLE / "list.txt", "db")
    assert said[:2] == ["A total of 10 images.", "Processed 10 files."]
    ours, caffes = records(Path("db")), records(ORACLE / name)
    if name != "lmdb_encoded":
        assert ours == caffes
        return
    for (key, record), (caffes_key, caffes_record) in zip(ours, caffes, strict=True):
        assert key == caffes_key
        np.testing.assert_array_equal(pixels(record), pixels(caffes_record))


def test_files_are_kept_as_they_are(here: Path, lines: Callable[..., list[str]]) -> None:
    """An image that is of the wanted format, and is not resized, is not encoded anew."""
    lines("convert-imageset", "--encoded", ORACLE / "images", ORACLE / "list.txt", "db")
    for key, record in records(Path("db")):
        assert Datum.parse(record).contents == (ORACLE / "images" / key[9:]).read_bytes()
    words = ("--encode-type", "jpeg", ORACLE / "images", ORACLE / "list.txt", "jpegs")
    assert lines("convert-imageset", *words)[0] == ("encode_type specified, assuming encoded=true.")
    for key, record in records(Path("jpegs")):
        contents = Datum.parse(record).contents
        same = contents == (ORACLE / "images" / key[9:]).read_bytes()
        assert contents.startswith(b"\xff\xd8")
        assert same == key.endswith(".jpg")


def test_a_folder_of_classes(flowers: Path, lines: Callable[..., list[str]]) -> None:
    said = lines("convert-imageset", "flowers", "out", "--resize-height=8", "--resize-width=8")
    assert said[-1] == "out/names.txt: 2 classes"
    assert "out/train_lmdb: 8 records of 3x8x8, labels 0 to 1" in said
    assert Path("out/names.txt").read_text() == "daisy\nrose\n"
    for part, labels in (("train", [0] * 5 + [1] * 3), ("test", [0, 1])):
        listed = Path(f"out/{part}.txt").read_text().splitlines()
        assert sorted(int(line[-1]) for line in listed) == labels
        keys = [key for key, _ in records(Path(f"out/{part}_lmdb"))]
        assert keys == [f"{place:08d}_{line[:-2]}" for place, line in enumerate(listed)]


def test_the_seed_says_what_is_drawn(flowers: Path, lines: Callable[..., list[str]]) -> None:
    texts = []
    for out, more in (("a", ()), ("b", ()), ("c", ("--seed", 2))):
        lines("convert-imageset", "flowers", out, *more)
        texts.append(Path(out, "train.txt").read_text())
    assert texts[0] == texts[1] != texts[2]
    lines("convert-imageset", "flowers", "d", "--no-shuffle", "--test-fraction", 0)
    listed = Path("d/train.txt").read_text().splitlines()
    assert listed == sorted(listed)
    assert not Path("d/test.txt").exists()


def test_bad_images_are_named_or_skipped(
    flowers: Path, refused: Callable[..., str], owltf: Callable[..., Result]
) -> None:
    Path("list.txt").write_text("daisy/0.png 3\nnone here.png 4\ndaisy/bad.png 5\n")
    (flowers / "daisy" / "bad.png").write_bytes(b"\x89PNG no more")
    message = refused("convert-imageset", "flowers", "list.txt", "db")
    assert message == "list.txt:2: flowers/none here.png: no such file or directory"
    assert not Path("db").exists()
    result = owltf("convert-imageset", "flowers", "list.txt", "db", "--skip-bad-records")
    assert "db: 1 records of 3x40x52, labels 3 to 3; 2 images skipped" in result.stdout
    assert [key for key, _ in records(Path("db"))] == ["00000000_daisy/0.png"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("flowers", "db", "--check-size"), "--check-size wants one size"),
        (("flowers", "db", "--resize-height", 3), "give both --resize-height and --resize-width"),
        (("flowers", "db", "--encode-type", "xyz"), "OpenCV writes no such images"),
        (("flowers/daisy", "db"), "has no folder of images for each class"),
        (("none", "db"), "none: no such folder"),
        (("flowers", "flowers"), "flowers is there already; --force replaces it"),
        (("flowers", "none.txt", "db"), "none.txt: no such file"),
        (("a", "b", "c", "d"), "give ROOT LIST OUT, or FOLDER OUT; got 4 names"),
        (("a", "b", "db", "--test-fraction", 0.5), "--test-fraction is for a FOLDER"),
    ],
)
def test_what_is_refused(
    flowers: Path, refused: Callable[..., str], words: tuple[object, ...], reason: str
) -> None:
    assert reason in refused("convert-imageset", *words)
    assert {each.name for each in Path().iterdir()} == {"flowers"}


def test_force_replaces(flowers: Path, lines: Callable[..., list[str]]) -> None:
    for more in ((), ("--force", "--backend", "leveldb")):
        lines("convert-imageset", "flowers", "out", *more)
    assert {each.name for each in Path("out").iterdir() if each.is_dir()} == {
        "train_leveldb",
        "test_leveldb",
    }
