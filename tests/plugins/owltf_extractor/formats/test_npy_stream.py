"""Arrays that grow row by row."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from owltf_extractor.formats.npy_stream import FloatStream, TextStream, array_stream
from owltf_extractor.formats.writer import Column


def loaded(file: io.BytesIO) -> np.ndarray:
    file.seek(0)
    found: np.ndarray = np.load(file)
    return found


@pytest.mark.parametrize("counts", [[], [1], [3, 0, 2], [20000, 1]])
@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_numbers(shape: tuple[int, ...], counts: list[int]) -> None:
    """The header is written anew over the old one, whatever the number of rows."""
    rng, file = np.random.default_rng(0), io.BytesIO()
    stream = FloatStream(file, shape)
    parts = [rng.normal(size=(count, *shape)) for count in counts]
    for part in parts:
        stream.write(part)
    stream.close(complete=True)
    got = loaded(file)
    assert got.dtype == np.float32
    wanted = np.concatenate([np.zeros((0, *shape)), *parts]).astype(np.float32)
    np.testing.assert_array_equal(got, wanted)


def test_numbers_in_another_order_of_axes() -> None:
    file = io.BytesIO()
    stream = FloatStream(file, (3, 2))
    values = np.arange(12, dtype=np.float32).reshape(2, 2, 3).transpose(0, 2, 1)
    stream.write(values)
    stream.close(complete=True)
    np.testing.assert_array_equal(loaded(file), values)


@pytest.mark.parametrize(
    ("parts", "width"),
    [([["a", "bcd"], ["ü"]], 3), ([["x" * 300], ["y"]], 300), ([[""]], 1), ([], 1)],
)
def test_strings_are_as_wide_as_the_longest(
    tmp_path: Path, parts: list[list[str]], width: int
) -> None:
    file = io.BytesIO()
    stream = TextStream(file, tmp_path)
    for part in parts:
        stream.write(part)
    stream.close(complete=True)
    got = loaded(file)
    assert got.dtype == np.dtype(f"<U{width}")
    assert got.tolist() == [each for part in parts for each in part]


def test_more_strings_than_are_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("owltf_extractor.formats.npy_stream._BLOCK", 3)
    file, names = io.BytesIO(), [f"name {number}" for number in range(10)]
    stream = TextStream(file, tmp_path)
    stream.write(names)
    stream.close(complete=True)
    assert loaded(file).tolist() == names


def test_what_is_given_up_is_no_array(tmp_path: Path) -> None:
    file = io.BytesIO()
    stream = TextStream(file, tmp_path)
    stream.write(["a"])
    stream.close(complete=False)
    assert file.getvalue() == b""


@pytest.mark.parametrize(("is_text", "kind"), [(True, TextStream), (False, FloatStream)])
def test_a_column_says_which(tmp_path: Path, is_text: bool, kind: type) -> None:
    stream = array_stream(io.BytesIO(), Column("a", is_text=is_text), tmp_path)
    assert isinstance(stream, kind)
    stream.close(complete=False)
