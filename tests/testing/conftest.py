"""What the tests of the kit share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Lets the tests import `bad_layers`.
sys.path.insert(0, str(Path(__file__).parent))

import bad_layers  # noqa: E402

from owltf.testing import use_plugins  # noqa: E402


@pytest.fixture(autouse=True)
def bad() -> Iterator[None]:
    """Let nets hold the layers of `bad_layers`."""
    with use_plugins(bad_layers):
        yield
