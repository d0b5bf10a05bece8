"""Literals are read back as what was written, and are nothing else."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from owltf_exporter.keras_source.literal import literal

pytest.importorskip("hypothesis")

from hypothesis import (
    given,  # noqa: E402
    strategies as st,  # noqa: E402
)

SIMPLE = st.none() | st.booleans() | st.integers() | st.text(st.characters())
NESTED = st.recursive(SIMPLE, lambda each: st.lists(each) | st.lists(each).map(tuple))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("conv1", '"conv1"'),
        ('say "x"', r'"say \"x\""'),
        ("it's", '"it\'s"'),
        ("a\\", r'"a\\"'),
        ("a\nb\rc\0", r'"a\nb\rc\x00"'),
        ("é\u2028\ud800\U0001f600", r'"\xe9\u2028\ud800\U0001f600"'),
        (True, "True"),
        (np.bool_(False), "False"),
        (None, "None"),
        (3, "3"),
        (np.int64(-3), "-3"),
        (1e-5, "1e-05"),
        (float(np.float32(1e-5)), "1e-05"),
        (0.75, "0.75"),
        (np.float32(0.1), "0.1"),
        (float("inf"), 'float("inf")'),
        (float("-inf"), 'float("-inf")'),
        (float("nan"), 'float("nan")'),
        (1e300, 'float("inf")'),
        ((1,), "(1,)"),
        ((), "()"),
        ([1, (2, "x")], '[1, (2, "x")]'),
    ],
)
def test_values_as_people_write_them(value: Any, written: str) -> None:
    assert literal(value) == written


@given(NESTED)
def test_whatever_is_written_is_read_back(value: Any) -> None:
    text = literal(value)
    assert ast.literal_eval(text) == value
    assert text.isascii()
    assert text.isprintable()


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_bits(value: float) -> None:
    assert np.float32(ast.literal_eval(literal(value))).tobytes() == np.float32(value).tobytes()


@pytest.mark.parametrize("value", [object(), {"a": 1}, {1}, b"x", 1j, np.zeros(2)])
def test_other_objects_have_no_literal(value: object) -> None:
    with pytest.raises(TypeError, match="has no literal"):
        literal(value)
