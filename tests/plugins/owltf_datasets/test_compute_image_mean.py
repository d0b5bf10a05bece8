"""owltf compute-image-mean, compared with Caffe's mean file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

ORACLE = Path(__file__).parents[2] / "data" / "oracle"


@pytest.mark.parametrize("name", ["lmdb_raw", "leveldb_raw", "lmdb_encoded"])
def test_caffes_mean(here: Path, lines: Callable[..., list[str]], name: str) -> None:
    said = lines("compute-image-mean", ORACLE / name, "mean.binaryproto")
    assert Path("mean.binaryproto").read_bytes() == (ORACLE / "mean.binaryproto").read_bytes()
    assert said == [
        "Starting iteration",
        "Processed 10 files.",
        "Write to mean.binaryproto",
        "Number of channels: 3",
        "mean_value channel [0]: 84.7574",
        "mean_value channel [1]: 115.3",
        "mean_value channel [2]: 163.099",
    ]


def test_what_is_refused(here: Path, refused: Callable[..., str]) -> None:
    Path("out").write_text("")
    assert "out is there already" in refused("compute-image-mean", ORACLE / "lmdb_raw", "out")
    assert "no file goes to the standard" in refused("compute-image-mean", ORACLE / "lmdb_raw", "-")
    assert "is not an LMDB" in refused("compute-image-mean", ".")
    words = ("compute-image-mean", "--backend", "leveldb", ORACLE / "lmdb_raw")
    assert "is not a LevelDB" in refused(*words)
