"""The engine of a name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from engine_case import FunctionEngine

from owltf.errors import OwltfError
from owltf.forms.engines import engine_of

THERE, LACKING = FunctionEngine(), FunctionEngine(lacks="it needs a package")


def registry(**engines: Any) -> Any:
    return SimpleNamespace(engines=engines)


def test_auto_is_the_first_that_is_installed() -> None:
    assert engine_of(registry(a=LACKING, b=THERE), "auto") is THERE
    assert engine_of(registry(a=LACKING), "auto") is None


def test_an_engine_is_named() -> None:
    known = registry(a=LACKING, b=THERE)
    assert engine_of(known, "b") is THERE
    assert engine_of(known, "tensorflow") is None


@pytest.mark.parametrize(
    ("name", "reason"), [("a", "it needs a package"), ("bb", "there is no such engine: .*'b'")]
)
def test_what_is_not_there_is_refused(name: str, reason: str) -> None:
    with pytest.raises(OwltfError, match=f"engine {name}: {reason}"):
        engine_of(registry(a=LACKING, b=THERE), name)
