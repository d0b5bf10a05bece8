"""Caffe's message format, and errors of one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from owltf.caffe.schema.schema import Schema, load_schema
from owltf.errors import OwltfError


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
