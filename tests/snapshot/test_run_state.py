"""RunState: written and read without a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.errors import OwltfError
from owltf.files.checksum import FileSum
from owltf.snapshot.run_state import RunState


def test_round_trip(tmp_path: Path) -> None:
    parts = {"caffemodel": FileSum(8, 1 << 31)}
    places = {"data": 40}, [{"data": 3}]
    state = RunState(5, 7, *places, [0.1, 1 / 3], replicas=2, threads=8, parts=parts)
    path = tmp_path / "snap_iter_5.json"
    state.write(path)
    assert RunState.read(path) == state
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", '{"iteration": 1, "other": 2}'),
        '{"iteration": 1, "seed": "x", "train": {}, "test": []}',
        '{"iteration": 1, "seed": 2, "train": [], "test": []}',
        '{"iteration": 1, "seed": 2, "train": {}, "test": [{"data": "3"}]}',
        '{"iteration": 1, "seed": 2, "train": {}, "test": [], "losses": ["low"]}',
        '{"iteration": 1, "seed": 2, "train": {}, "test": [], "losses": "12"}',
        '{"iteration": -1, "seed": 2, "train": {}, "test": []}',
        '{"iteration": true, "seed": 2, "train": {}, "test": []}',
        '{"iteration": 1.5, "seed": 2, "train": {}, "test": []}',
        '{"iteration": 1, "seed": 9223372036854775808, "train": {}, "test": []}',
        '{"iteration": 1, "seed": 2, "train": {"data": -1}, "test": []}',
        '{"iteration": 1, "seed": 2, "train": {}, "test": [{"data": -8}]}',
        '{"iteration": 1, "seed": 2, "train": {}, "test": [], "parts": []}',
        '{"iteration": 1, "seed": 2, "train": {}, "test": [], "parts": {"caffemodel": {}}}',
        "[" * 100_000,
    ],
)
def test_another_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "snap.json"
    path.write_text(text)
    with pytest.raises(OwltfError, match=r"snap\.json is not a state that owltf wrote"):
        RunState.read(path)
