"""Errors in one line."""

from __future__ import annotations

from owltf.errors import first_line


def test_the_first_line_of_an_error_stands_for_it() -> None:
    assert first_line(ValueError("no room\nfor (2, 3)")) == "no room"
    assert first_line(EOFError()) == "EOFError"
