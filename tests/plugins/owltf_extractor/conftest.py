"""The formats, and a folder to write to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Lets the tests import `read_back` and `some_rows`.
sys.path.insert(0, str(Path(__file__).parent))

from read_back import FORMATS  # noqa: E402


@pytest.fixture(params=FORMATS)
def suffix(request: pytest.FixtureRequest) -> str:
    """Each format."""
    if request.param == ".parquet":
        pytest.importorskip("pyarrow")
    return request.param


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is entered."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
