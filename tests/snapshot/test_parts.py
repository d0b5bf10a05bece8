"""Parts of a snapshot go through JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from owltf.files.checksum import FileSum
from owltf.snapshot.parts import CAFFEMODEL, SOLVERSTATE, check_part, parts_from_json, parts_to_json


def test_round_trip() -> None:
    parts = {CAFFEMODEL: FileSum(3, 1 << 31), SOLVERSTATE: FileSum(0, 0)}
    assert parts_from_json(json.loads(json.dumps(parts_to_json(parts)))) == parts


@pytest.mark.parametrize(
    "given",
    [None, [], {"caffemodel": 3}, {"caffemodel": {"size": 1}}, {"x": {"size": 1.0, "crc32": 2}}],
)
def test_anything_else_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match="parts must give a size and a crc32"):
        parts_from_json(given)


def test_a_file_is_known_again(tmp_path: Path, refusal: Callable[..., str]) -> None:
    path, beside = tmp_path / "a", tmp_path / "a.json"
    path.write_bytes(b"weights")
    parts = {CAFFEMODEL: FileSum.of(path)}
    check_part(parts, CAFFEMODEL, path, beside)
    message = f"{path} was not written together with a.json"
    assert refusal(check_part, parts, SOLVERSTATE, path, beside).startswith(message)
    path.write_bytes(b"Weights")
    assert refusal(check_part, parts, CAFFEMODEL, path, beside).startswith(message)
