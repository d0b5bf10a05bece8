"""Errors of a script: pycaffe's types with owltf's messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.pycaffe.errors import CaffeError, caffe_errors, check_file, place_of


def test_an_error_of_owltf_is_a_runtime_error() -> None:
    with pytest.raises(RuntimeError, match="^no layers$") as raised, caffe_errors():
        raise OwltfError("no layers")
    assert isinstance(raised.value, OwltfError)
    with pytest.raises(CaffeError, match="^as it is$"), caffe_errors():
        raise CaffeError("as it is")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Could not open file .*absent"):
        check_file(str(tmp_path / "absent"))
    (tmp_path / "there").touch()
    assert check_file(str(tmp_path / "there")) == tmp_path / "there"


def test_places() -> None:
    assert place_of("ip", ["conv", "ip"]) == 1
    with pytest.raises(ValueError, match="did you mean 'ip'"):
        place_of("pi", ["conv", "ip"])
