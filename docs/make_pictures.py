"""Draws docs/run.svg: the screen of a real `owltf run` of the example, after its third test.

Run it from the repository's root, where the example's LMDBs are (`tox -e demo` makes them):

    python docs/make_pictures.py
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).with_name("run.svg")
COMMAND = "owltf run examples/mnist/lenet_solver.prototxt"
COLUMNS = 88
TESTS = 3
_TOKENS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+")


def main() -> None:
    """Train, and draw the last screen of the iterations that follow the third test."""
    screen = [each for each in screens(output()) if is_wanted("\n".join(each))][-1]
    draw(screen)
    print(f"{PICTURE}: {len(screen)} lines")


def is_wanted(screen: str) -> bool:
    """Whether that many tests are shown, and a speed, as while iterations are computed."""
    return screen.count("Test net #") == TESTS and "images/s" in screen


def output() -> str:
    """Return what the command writes to a terminal."""
    terminal = {"TERM": "xterm-256color", "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
    done = subprocess.run(
        [sys.executable, "-m", *COMMAND.split()],
        env={**os.environ, **terminal},
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode()


def screens(written: str) -> Iterator[list[str]]:
    """Yield the lines of the screen whenever the cursor is about to go back."""
    lines, row = [""], 0
    for token in _TOKENS.findall(written):
        if token == "\r":
            yield list(lines)
        elif token == "\n":
            row += 1
            lines += [""] * (row == len(lines))
        elif token == "\x1b[2K":
            lines[row] = ""
        elif token == "\x1b[1A":
            row -= 1
        elif token.endswith("m") or not token.startswith("\x1b"):
            lines[row] += token


def draw(screen: list[str]) -> None:
    """Write a screen as SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in screen:
        console.print(Text.from_ansi(line))
    console.save_svg(str(PICTURE), title=COMMAND)


if __name__ == "__main__":
    main()
