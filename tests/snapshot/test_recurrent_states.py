"""What recurrent layers carry, in its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf.errors import OwltfError
from owltf.files.checksum import FileSum
from owltf.snapshot.recurrent_states import read_states, states_path, write_states


@pytest.mark.parametrize("suffix", ["caffemodel", "caffemodel.h5", "solverstate", "solverstate.h5"])
def test_it_lies_beside_the_snapshot(suffix: str) -> None:
    wanted = Path("out/snap_iter_4.states.npz")
    assert states_path(Path(f"out/snap_iter_4.{suffix}")) == wanted


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "a.states.npz"
    states = {"train/lstm/0": np.arange(6, dtype=np.float32).reshape(1, 2, 3)}
    assert write_states(path, states) == FileSum.of(path)
    np.testing.assert_equal(read_states(path), states)


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"PK\x03\x04"])
def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.states.npz"
    path.write_bytes(content)
    with pytest.raises(OwltfError, match="does not hold the states of recurrent layers"):
        read_states(path)
