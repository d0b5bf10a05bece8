"""How many words a program takes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from owltf_caffe_tools.program import UsageError, expect_words


def test_words() -> None:
    call: Any = SimpleNamespace(words=["a", "b"])
    expect_words(call, 2)
    expect_words(call, 1, 2)
    for bounds in ((1,), (3,), (3, 4)):
        with pytest.raises(UsageError):
            expect_words(call, *bounds)
