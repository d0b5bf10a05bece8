"""Lets the tests import `read_back`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from read_back import FORMATS  # noqa: E402


@pytest.fixture(params=FORMATS)
def suffix(request: pytest.FixtureRequest) -> str:
    """Each format."""
    if request.param == ".parquet":
        pytest.importorskip("pyarrow")
    return request.param
