"""What the tests of Caffe's files share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from owltf.caffe.schema.schema import Schema, load_schema
from owltf.errors import OwltfError

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[3] / "shared"


@pytest.fixture(scope="session")
def schema() -> Schema:
    """Caffe's own schema."""
    return load_schema()


@pytest.fixture
def refusal() -> Callable[..., str]:
    """Call something that must be refused and give the error, which is one line."""

    def refused(call: Callable[..., Any], *args: Any, **options: Any) -> str:
        with pytest.raises(OwltfError) as caught:
            call(*args, **options)
        message = str(caught.value)
        assert "\n" not in message
        return message

    return refused


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
