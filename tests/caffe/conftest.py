"""What the tests of Caffe's files share."""

from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture
def data() -> Path:
    """A small solver run of Caffe: net, solver, weights, state, mean image."""
    return DATA


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    return folder


@pytest.fixture
def zoo() -> Path:
    """Files of other people."""
    return _shared("zoo")


@pytest.fixture
def oracle() -> Path:
    """What real Caffe answers."""
    return _shared("oracle")


@pytest.fixture
def caffe_format() -> Path:
    """The facts of the format."""
    return _shared("caffe-format")
