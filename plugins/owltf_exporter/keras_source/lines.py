"""Breaks statements of the program that are too long for a line."""

from __future__ import annotations

from io import StringIO
from tokenize import OP, generate_tokens

_WIDTH = 100


def line(start: str, text: str) -> str:
    """Return a statement, broken at its outermost brackets if it is too long for a line.

    Args:
        start: its indentation, and the variables that it assigns to.
        text: the expression.
    """
    if len(start) + len(text) <= _WIDTH or "\n" in text:
        return start + text
    indentation = " " * (len(start) - len(start.lstrip()))
    before, inside, after = _split(text)
    return f"{start}{before}\n{indentation}    {inside}\n{indentation}{after}"


def _split(text: str) -> tuple[str, str, str]:
    """Return the parts of an expression before, inside and after its first brackets."""
    # The tokens tell brackets from those inside strings.
    tokens = generate_tokens(StringIO(text).readline)
    brackets = [token for token in tokens if token.type == OP and token.string in "()[]{}"]
    if not brackets:
        return "(", text, ")"
    depth, (_, opening) = 0, brackets[0].end
    for bracket in brackets:
        depth += 1 if bracket.string in "([{" else -1
        if depth == 0:
            closing = bracket.start[1]
            return text[:opening], text[opening:closing], text[closing:]
    raise ValueError(f"brackets are not closed: {text!r}")
