"""`.parquet`: a column of lists for each blob."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from some_rows import BLOB, OTHERS, write

from owltf.api import OwltfError


def test_columns_know_their_shapes(here: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    write("out.parquet")
    schema = parquet.read_schema("out.parquet")
    assert schema.names == [*(each.name for each in OTHERS), BLOB.name]
    assert [str(schema.field(name).type) for name in schema.names] == [
        "string",
        "float",
        "fixed_size_list<element: float>[6]",
    ]
    shapes = [(schema.field(name).metadata or {}).get(b"shape") for name in schema.names]
    assert shapes == [None, b"[]", b"[2, 3]"]


def test_a_batch_is_a_row_group(here: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    write("out.parquet")
    metadata = parquet.read_metadata("out.parquet")
    rows = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    assert rows == [4, 4, 2]


def test_without_pyarrow(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OwltfError, match=r"pip install 'owltf\[parquet\]', or take another"):
        write("out.parquet")
