"""Measures training, its memory, data, answers and starts, and writes `docs/benchmarks.md`.

    tox run -e bench
    python benchmarks/bench.py figures/ --python opencv=other/bin/python

The figures lie in the folder as JSON. A program that is not installed is left out.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

HERE = Path(__file__).parent


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--python", "pythons", multiple=True, metavar="PROGRAM=PATH", help="As of answer.py.")
def main(folder: Path, pythons: Sequence[str]) -> None:
    """Measure all, and write the page."""
    folder.mkdir(parents=True, exist_ok=True)
    others = [word for each in pythons for word in ("--python", each)]
    _run("train_step.py", "--torch", "--json", str(folder / "train.json"))
    _run("memory.py", "--torch", "--json", str(folder / "memory.json"))
    for part in ("records", "lenet", "caffenet"):
        _run("data.py", part, "--json", str(folder / "data.json"))
    for name in ("answer", "start"):
        _run(f"{name}.py", "--json", str(folder / f"{name}.json"), *others)
    _run("report.py", str(folder))


def _run(script: str, *words: str) -> None:
    subprocess.run([sys.executable, str(HERE / script), *words], check=True)


if __name__ == "__main__":
    main()
