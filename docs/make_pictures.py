"""Draws docs/run.svg, its like in other widths, and docs/test.svg: screens of the example.

Each is of a real run, or of the test of its last snapshot. Run it from the repository's root; the
example's LMDBs must be there (`tox -e demo` makes them):

    python docs/make_pictures.py                    # all
    python docs/make_pictures.py run60 run160       # some
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

FOLDER = Path(__file__).parent
SOLVER = "examples/mnist/lenet_solver.prototxt"
RUN = f"owltf run {SOLVER}"
# The command of each picture, and how many columns its terminal has.
PICTURES = {
    "run": (RUN, 80),
    "run60": (RUN, 60),
    "run160": (RUN, 160),
    "test": (f"owltf test {SOLVER} --snapshot 2 --views 10", 88),
}
TESTS = 3
_ROW = re.compile(r" +[\d,]+( +[-+\d.e*]+)+ *")
_STYLE = re.compile(r"\x1b\[[\d;]*m")
_TOKENS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+")


def main() -> None:
    """Draw the pictures named, or all."""
    for name in sys.argv[1:] or PICTURES:
        command, columns = PICTURES[name]
        shown = list(screens(output(command, columns)))
        screen = shown[-1] if name == "test" else [each for each in shown if is_wanted(each)][-1]
        draw(screen, command, columns, FOLDER / f"{name}.svg")
        print(f"{name}.svg: {len(screen)} lines")


def is_wanted(screen: list[str]) -> bool:
    """Return whether a run's screen shows `TESTS` tests and the speed of its iterations."""
    lines = [_STYLE.sub("", line) for line in screen]
    rows = sum(bool(_ROW.fullmatch(line)) for line in lines)
    return rows == TESTS and any(" left" in line for line in lines)


def output(command: str, columns: int) -> str:
    """Return what a command writes to a terminal."""
    terminal = {"TERM": "xterm-256color", "FORCE_COLOR": "1", "COLUMNS": str(columns)}
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        env={**os.environ, **terminal, "LINES": "40"},
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode()


def screens(written: str) -> Iterator[list[str]]:
    """Yield the lines of the screen before each time that it is drawn over, and at the end."""
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
    yield "\n".join(lines).strip().splitlines()


def draw(screen: list[str], command: str, columns: int, path: Path) -> None:
    """Write a screen as SVG."""
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True)
    for line in screen:
        console.print(Text.from_ansi(line))
    console.save_svg(str(path), title=command)


if __name__ == "__main__":
    main()
