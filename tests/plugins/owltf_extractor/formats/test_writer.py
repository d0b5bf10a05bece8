"""What every format is given, and what it must say of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_extractor.formats.writer import Column, Writer
from owltf_extractor.outputs import formats
from some_rows import BLOB

from owltf.caffe.schema.schema import load_schema


@pytest.mark.parametrize(("shape", "size"), [((), 1), ((3,), 3), ((2, 3, 4), 24), ((2, 0), 0)])
def test_a_column_knows_its_size(shape: tuple[int, ...], size: int) -> None:
    assert Column("a", shape).size == size


def test_a_format_must_write_and_close() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Writer(Path("out"), [], None)  # type: ignore[abstract]


def test_what_is_given_up_can_be_closed(here: Path, suffix: str) -> None:
    """Without rows, and after an error: the file is thrown away, so it need not be whole."""
    writer = formats()[suffix](here / f"out{suffix}", [BLOB], load_schema())
    writer.close(complete=False)
