"""Other people's nets, which stand beside the repository and not in it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Lets the tests import `zoo_files`.
sys.path.insert(0, str(Path(__file__).parent))

from zoo_files import ZOO  # noqa: E402


@pytest.fixture
def zoo() -> Path:
    """The folder of the files."""
    if not ZOO.is_dir():
        pytest.skip(f"{ZOO} is not here")
    return ZOO


@pytest.fixture(autouse=True)
def one_net_at_a_time() -> Iterator[None]:
    """Give the memory of a large net back before the next one is built."""
    yield
    gc.collect()
