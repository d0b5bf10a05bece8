"""`.csv`: text that loses nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from owltf_extractor.formats.csv import CsvWriter, headings
from owltf_extractor.formats.writer import KEY, Column
from some_rows import write

NUMBERS = np.array(
    [[1 / 3, -0.0, 1e-45, 3.4028235e38, np.inf, np.nan], [0, 16777217, -1e-8, 0.1, 1, -np.inf]],
    np.float32,
)


def table(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def test_every_value_has_a_heading() -> None:
    assert headings(Column("a", (2, 2))) == ["a[0]", "a[1]", "a[2]", "a[3]"]
    assert headings(Column("label")) == ["label"]
    assert headings(Column("label", (1,))) == ["label[0]"]


def test_every_float32_comes_back_as_it_was(here: Path) -> None:
    writer = CsvWriter(here / "out.csv", [Column("a", (2, 3))], None)
    writer.write({"a": NUMBERS.reshape(2, 2, 3)})
    writer.close(complete=True)
    _, *rows = table(here / "out.csv")
    assert np.array(rows, np.float32).tobytes() == NUMBERS.tobytes()


def test_keys_may_hold_what_separates_values(here: Path) -> None:
    columns = [Column(KEY, is_text=True), Column("a", (1,))]
    writer = CsvWriter(here / "out.csv", columns, None)
    keys = ['a, "b"', "c;d"]
    writer.write({KEY: keys, "a": np.zeros((2, 1), np.float32)})
    writer.close(complete=True)
    assert table(here / "out.csv") == [["key", "a[0]"], [keys[0], "0"], [keys[1], "0"]]


def test_lines_end_as_elsewhere(here: Path) -> None:
    write("out.csv", 2)
    text = (here / "out.csv").read_bytes()
    assert (text.count(b"\n"), b"\r" in text) == (3, False)
