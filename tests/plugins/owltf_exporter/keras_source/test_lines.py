"""Statements are broken at their outermost brackets, never within a string."""

from __future__ import annotations

import ast

import pytest
from owltf_exporter.keras_source.lines import line

LONG = ", ".join(f"value{index}" for index in range(11))


def test_a_short_statement_is_one_line() -> None:
    assert line("    y = ", "f(x)") == "    y = f(x)"


def test_a_long_one_is_broken_at_its_first_brackets() -> None:
    broken = line("    y = ", f"f({LONG}, g(1))(x)")
    assert broken == f"    y = f(\n        {LONG}, g(1)\n    )(x)"


def test_one_without_brackets_gets_some() -> None:
    total = " + ".join(f"value{index}" for index in range(12))
    assert line("    y = ", total) == f"    y = (\n        {total}\n    )"


@pytest.mark.parametrize("name", ["(", ")" * 80, '\\"(', "[{", "'('", "#"])
def test_brackets_in_strings_are_none(name: str) -> None:
    text = f'f("{name}{"x" * 80}", {LONG})(x)'
    broken = line("y = ", text)
    assert "\n" in broken
    assert ast.dump(ast.parse(broken)) == ast.dump(ast.parse(f"y = {text}"))
