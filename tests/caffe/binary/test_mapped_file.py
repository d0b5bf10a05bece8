"""Mapping files into memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.binary.mapped_file import map_file


def test_the_view_outlives_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    view = map_file(tmp_path / "a")
    (tmp_path / "a").unlink()
    assert bytes(view) == b"abc"
    with pytest.raises(TypeError):
        view[0] = 1


def test_missing(tmp_path: Path, refusal: Callable[..., str]) -> None:
    assert refusal(map_file, tmp_path / "a") == f"{tmp_path}/a: no such file or directory"
