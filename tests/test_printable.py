"""Text of strangers is shown, not obeyed."""

from __future__ import annotations

import pytest

from owltf.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("conv1/relu [bold]", "conv1/relu [bold]"),
        ("Zürich 東京 a\u3000b 👩\u200d🔬", "Zürich 東京 a\u3000b 👩\u200d🔬"),
        ("\033[2J\x9b1m", r"\x1b[2J\x9b1m"),
        ("\033]0;pwn\007", r"\x1b]0;pwn\x07"),
        ("a\nb\rc\td\u2028e", r"a\nb\rc\td\u2028e"),
        ("a\u202eb", r"a\u202eb"),
        ("\udce9", r"\udce9"),
    ],
)
def test_controls_are_shown(text: str, shown: str) -> None:
    assert printable(text) == shown
