"""Measures how long answers take: owltf by each engine, and others on the same net and weights.

    tox run -e bench -- answer
    python benchmarks/answer.py --json answer.json --python opencv=other/bin/python
    python benchmarks/answer.py --net nsfw=deploy.prototxt:weights.caffemodel

Each program of `answering.py` runs in a process of its own, and they take turns: while one answers,
the others wait. One that is not installed is left out, and said to be. The nets are the
benchmarks' own with made-up weights, or others that are named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from answering import PROGRAMS
from machine import machine
from turns import Timing, take_turns

HERE = Path(__file__).parent
NETS = ("lenet", "cifar10_quick", "caffenet", "googlenet", "resnet50")
BATCHES = "1,32"
# All forms that owltf tries by itself are tried by then, sooner where a call takes long; the others
# try none.
_CALLS_BEFORE = {("owltf", 1): 60, ("owltf", 32): 20}


@dataclass(frozen=True)
class Deployed:
    """A net in the files that all programs take.

    Attributes:
        name: the net's name.
        folder: where its files are: NAME.prototxt, .caffemodel, .onnx and .saved_model.
        shape: (C, H, W) of its images.
    """

    name: str
    folder: Path
    shape: tuple[int, ...]


def deploy(name: str, given: str | None, folder: Path) -> Deployed:
    """Write a net's files.

    Args:
        name: its name.
        given: "PROTOTXT:CAFFEMODEL"; None for the benchmarks' net of that name.
        folder: the folder.
    """
    prototxt, _, weights = (given or str(HERE / "nets" / f"{name}.prototxt")).partition(":")
    model, text = folder / f"{name}.caffemodel", folder / f"{name}.prototxt"
    if (folder / f"{name}.saved_model").exists():
        return Deployed(name, folder, _shape(text))
    how = ["--weights", weights, "--allow-missing"] if weights else ["--random-weights"]
    _export(prototxt, model, *how)
    (folder / f"{name}.caffemodel.prototxt").rename(text)
    for suffix in ("onnx", "saved_model"):
        _export(str(text), folder / f"{name}.{suffix}", "--weights", str(model))
    return Deployed(name, folder, _shape(text))


def _export(net: str, out: Path, *how: str) -> None:
    words = [sys.executable, "-m", "owltf", "export", net, str(out), *how]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException(done.stderr.strip())


def _shape(text: Path) -> tuple[int, ...]:
    from owltf.caffe.net.read import read_net
    from owltf.caffe.schema.schema import load_schema

    source = read_net(text, load_schema())
    (layer,) = (each for each in source.parameter.layer if each.type == "Input")
    return tuple(layer.input_param.shape[0].dim[1:])


@contextmanager
def asked(program: str, python: str, net: Deployed, cache: Path) -> Iterator[Any]:
    """Start a program, and give what asks it for passes, or a sentence on why it takes no part."""
    words = [python, str(HERE / "answering.py"), program, str(net.folder), net.name]
    process = subprocess.Popen(
        [*words, *map(str, net.shape)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OWLTF_CACHE": str(cache)},
    )
    assert process.stdin is not None and process.stdout is not None
    told = process.stdout.readline().strip() or "missing it ended at once"
    try:
        why = told.removeprefix("missing ")
        yield why if why != told else Asked(process, told.removeprefix("ready "))
    finally:
        process.stdin.close()
        process.wait()


class Asked:
    """A program that waits to be asked for passes.

    Attributes:
        version: its version.
        batch: the images of a pass.
    """

    def __init__(self, process: Any, version: str) -> None:
        self._process, self.version, self.batch = process, version, 1

    def __call__(self, passes: int) -> float:
        """Return the seconds of a pass, the mean of some."""
        self._process.stdin.write(f"{self.batch} {passes}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def measure(
    net: Deployed, batches: Sequence[int], pythons: Mapping[str, str], rounds: int, turn: float
) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
    """Return the seconds of a pass by batch and program, the versions, and what is missing."""
    with ExitStack() as stack:
        found = {
            name: stack.enter_context(
                asked(name, _python(name, pythons), net, net.folder / "cache")
            )
            for name in PROGRAMS
        }
        missing = {name: each for name, each in found.items() if isinstance(each, str)}
        programs = {name: each for name, each in found.items() if isinstance(each, Asked)}
        seconds: dict[str, Any] = {}
        for batch in batches:
            for name, each in programs.items():
                each.batch = batch
                each(_CALLS_BEFORE.get((name, batch), 3))
            timings = take_turns(programs, rounds, turn)
            seconds[str(batch)] = {name: timing.seconds for name, timing in timings.items()}
        return seconds, {name: each.version for name, each in programs.items()}, missing


def _python(program: str, pythons: Mapping[str, str]) -> str:
    """Return the Python of a program; `PyTorch, compiled` has that of `PyTorch` unless named."""
    name = program.lower()
    return pythons.get(name) or pythons.get(name.partition(",")[0]) or sys.executable


def lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the table of the figures, in Markdown."""
    names = [name for name in PROGRAMS if name in figures["versions"]]
    yield "| net, batch | " + " | ".join(names) + " |"
    yield "|---|" + "--:|" * len(names)
    for net, batches in figures["nets"].items():
        for batch, seconds in batches.items():
            cells = (_milliseconds(seconds.get(name)) for name in names)
            yield f"| {net}, {batch} | " + " | ".join(cells) + " |"


def _milliseconds(seconds: Sequence[float] | None) -> str:
    if seconds is None:
        return "-"
    best = 1000 * Timing(tuple(seconds)).best
    return f"{best:.2f}" if best < 10 else f"{best:.0f}"


@click.command()
@click.option("--nets", default=",".join(NETS), show_default=True, help="The benchmarks' nets.")
@click.option("--net", "more", multiple=True, metavar="NAME=PROTOTXT:CAFFEMODEL", help="Another.")
@click.option("--batches", default=BATCHES, show_default=True, help="The images of a pass.")
@click.option("--rounds", default=5, show_default=True, help="The turns of each program.")
@click.option("--turn", default=0.5, show_default=True, help="How many seconds a turn lasts.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the nets' files there, and take those that are there; a temporary one unless given.",
)
@click.option(
    "--json",
    "file",
    type=click.Path(path_type=Path),
    help="Write all figures to it, beside those of other nets.",
)
@click.option(
    "--python",
    "pythons",
    multiple=True,
    metavar="PROGRAM=PATH",
    help="The Python of a program that is installed elsewhere, as opencv=env/bin/python.",
)
def main(
    nets: str,
    more: Sequence[str],
    batches: str,
    rounds: int,
    turn: float,
    folder: Path | None,
    file: Path | None,
    pythons: Sequence[str],
) -> None:
    """Measure how long owltf and other programs take to answer."""
    wanted: dict[str, str | None] = {name: None for name in nets.split(",") if name}
    wanted.update(dict(each.split("=", 1) for each in more))
    where = {name.lower(): path for name, path in (each.split("=", 1) for each in pythons)}
    sizes = [int(each) for each in batches.split(",")]
    figures: dict[str, Any] = {"versions": {}, "missing": {}, "nets": {}}
    if file and file.exists():
        figures = json.loads(file.read_text(encoding="utf-8"))
    figures["machine"] = machine()
    for name, given in wanted.items():
        with TemporaryDirectory() as temporary:
            net = deploy(name, given, folder or Path(temporary))
            seconds, versions, missing = measure(net, sizes, where, rounds, turn)
        figures["nets"].setdefault(name, {}).update(seconds)
        figures["versions"].update(versions)
        figures["missing"].update(missing)
        click.echo("\n".join(lines({**figures, "nets": {name: seconds}})))
        if file:
            file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    for name, why in figures["missing"].items():
        if name not in figures["versions"]:
            click.echo(f"{name} took no part: {why}")


if __name__ == "__main__":
    main()
