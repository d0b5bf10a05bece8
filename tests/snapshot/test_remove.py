"""The files of a snapshot are removed together."""

from __future__ import annotations

from pathlib import Path

import pytest

from owltf.snapshot.remove import remove_snapshot


@pytest.mark.parametrize("suffix", ["", ".h5"])
def test_all_files_of_one_snapshot(tmp_path: Path, suffix: str) -> None:
    for iteration in (5, 50):
        for kind in (f"caffemodel{suffix}", f"solverstate{suffix}", "json", "states.npz"):
            (tmp_path / f"a_iter_{iteration}.{kind}").touch()
    remove_snapshot(tmp_path / f"a_iter_5.solverstate{suffix}")
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} == {"a_iter_50"}
    remove_snapshot(tmp_path / f"a_iter_5.solverstate{suffix}")
