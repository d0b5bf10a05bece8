"""Cuts protobuf's text format into tokens, each with its place in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*)
    |(?P<word>[-+.\w]+)
    |(?P<mark>.)""",
    re.VERBOSE,
)
# A part of a string. One expression for whole strings would keep 168 bytes for each of its letters.
_PARTS = {'"': re.compile(r'[^"\\\n]+|\\.'), "'": re.compile(r"[^'\\\n]+|\\.")}


@dataclass(frozen=True, slots=True)
class Token:
    """A string, a word (a name or a number) or a single mark such as `{`."""

    text: str
    start: int
    end: int


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, without comments and white space."""
    place = 0
    while match := _TOKEN.match(text, place):
        start, place = match.span()
        if match.lastgroup == "mark":
            place = _end_of_string(text, start) or place
        if match.lastgroup != "skip":
            yield Token(text[start:place], start, place)


def _end_of_string(text: str, start: int) -> int | None:
    """Return where the string that starts here ends, None if none does or it has no end."""
    quote = text[start]
    part = _PARTS.get(quote)
    place = start + 1
    while part and (match := part.match(text, place)):
        place = match.end()
    return place + 1 if part and text.startswith(quote, place) else None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an offset, both counted from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
