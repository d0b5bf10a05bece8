"""printable: text that others wrote, as a terminal may show it."""

from __future__ import annotations

import unicodedata

# Controls, halves of surrogate pairs (bytes that are not UTF-8), and what begins a new line.
_ESCAPED = {"Cc", "Cs", "Zl", "Zp"}
# These change the direction of the text around them, or hide.
_TURNS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def printable(text: str) -> str:
    r"""Return text in which control characters are shown, as `\x1b`, and not obeyed.

    Names in a net's file are whatever someone wrote. Printed as they are, they could move the
    cursor, clear the screen, or look like another line of a log.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def _shown(letter: str) -> str:
    if unicodedata.category(letter) in _ESCAPED or letter in _TURNS:
        return ascii(letter)[1:-1]
    return letter
