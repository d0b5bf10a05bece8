"""Damages files: bytes of any file, and words of a prototxt."""

from __future__ import annotations

import random
import re

NUMBERS = (0, 1, 0xFF, 0x7F, 0x80, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, (1 << 63) - 1, (1 << 64) - 1)
# Such as a net's file can ask for: none, few, too many, not whole, not a number.
WRITTEN = "0 -1 1 2 3 5 17 0.5 -0.5 1e-30 1e9 1e38 -1e38 inf nan 2147483647 2147483648 4294967295"
WORDS = re.compile(r'"[^"]*"|-?[\w.]+|[{}:]')


def damaged(data: bytes, draw: random.Random) -> bytes:
    """Return a file's bytes with some of them changed, lost, or written twice."""
    found = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 3, 8])):
        place = draw.randrange(len(found) + 1)
        if draw.random() < 0.5:
            # Most files are zeros for the most part, and what is not matters more.
            place = draw.choice(
                [at for at in draw.sample(range(len(found)), min(40, len(found))) if found[at]]
                or [place]
            )
        size = draw.choice([1, 1, 2, 4, 8])
        kind = draw.randrange(6)
        if kind == 0 and place < len(found):
            found[place] ^= 1 << draw.randrange(8)
        elif kind == 1:
            number = draw.choice(NUMBERS) & ((1 << 8 * size) - 1)
            found[place : place + size] = number.to_bytes(size, "little")
        elif kind == 2:
            found[place : place + size] = draw.randbytes(size)
        elif kind == 3:
            del found[place : place + draw.choice([1, 8, 500])]
        elif kind == 4:
            found[place:place] = found[place : place + draw.choice([1, 8, 500])]
        elif draw.random() < 0.3:
            del found[place:]
    return bytes(found)


def absurd(data: bytes, draw: random.Random) -> bytes:
    """Return a prototxt with absurd numbers, other words of its own, lines lost or twice."""
    text = data.decode()
    for _ in range(draw.choice([1, 1, 1, 2, 2, 3])):
        kind = draw.randrange(8)
        if not re.search(r"\w", text):
            break
        if kind < 5:
            text = _with_word(text, draw, only_numbers=kind < 4)
        else:
            text = _with_line(text, draw, keeps=kind > 5)
    return text.encode()


def _with_word(text: str, draw: random.Random, *, only_numbers: bool) -> str:
    """Return a text with a word in another one's place."""
    words = [each for each in WORDS.finditer(text) if each[0] not in "{}:"]
    numbers = [each for each in words if re.fullmatch(r"-?\.?\d[\d.]*", each[0])]
    at = draw.choice(numbers if only_numbers and numbers else words)
    new = draw.choice(WRITTEN.split()) if at in numbers else draw.choice(words)[0]
    return text[: at.start()] + new + text[at.end() :]


def _with_line(text: str, draw: random.Random, *, keeps: bool) -> str:
    """Return a text without one of its lines, or with that line at another place as well."""
    lines = text.splitlines()
    at = draw.randrange(len(lines))
    line = lines[at] if keeps else lines.pop(at)
    if keeps or draw.random() < 0.3:
        lines.insert(draw.randrange(len(lines) + 1), line)
    return "\n".join(lines)
