"""Folders in which `owltf run` is called."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

# Lets the tests import `run_case`.
sys.path.insert(0, str(Path(__file__).parent))

from run_case import Case, write_case  # noqa: E402


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """The small net, its solver and its data in a folder of their own, which is entered."""
    folder = tmp_path / "case"
    folder.mkdir()
    write_case(folder)
    monkeypatch.chdir(folder)
    return Case(folder)


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has ended."""
    folder = tmp_path_factory.mktemp("trained")
    write_case(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert Case(folder).run().exit_code == 0
    return folder


@pytest.fixture
def trained(case: Case, trained_folder: Path) -> Case:
    """The same with the snapshots of iteration 3 and 6."""
    for path in trained_folder.glob("snap_iter_*"):
        shutil.copy(path, case.folder)
    return case
