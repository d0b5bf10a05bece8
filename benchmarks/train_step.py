"""Measures a training step in images a second: owltf, plain Keras, and PyTorch if installed.

    tox run -e bench
    python benchmarks/train_step.py --nets lenet,caffenet --rounds 9 --json figures.json --torch

Each program trains the same net on the same synthetic batch in memory: forward, backward, and
the update of SGD with momentum and weight decay, in float32. They take turns, each in a process of
its own; of each, the quickest and the median round count.

- owltf runs its own loop, the data layer included, on the net's prototxt, as `owltf run` does.
- Keras runs `keras_nets.py`, a `tf.function` called for each step.
- PyTorch runs `torch_nets.py` with images in `channels_last`, eager, and once more compiled by
  `torch.compile`, which needs a C++ compiler.
- "loop" is the time that a whole run of owltf takes in addition to its net's single steps, which
  are a TensorFlow call each, without reading data.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# owltf sets this when it is imported before TensorFlow; Keras's programs shall have it too.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import click
import keras_nets
import numpy as np
import owltf_nets
import tensorflow as tf
from machine import in_words, machine
from rich import box
from rich.console import Console
from rich.table import Table
from served import printed, serve as wait_for_steps, served
from turns import Program, Timing, steps_in, take_turns

from owltf.train.prepare import PreparedRun

COMPILED = "PyTorch, compiled"
SOLVER = {"base_lr": 0.0001, "momentum": 0.9, "weight_decay": 0.0005}


@dataclass(frozen=True)
class Result:
    """The timings of one net.

    Attributes:
        net: the net's name.
        batch: the number of images in a step.
        gflop: the work of a step's products.
        programs: each program's timing, by its name.
        trainer: the timing of a whole run of owltf.
        bare: the timing of its single steps, measured in turns with the run.
        missing: why a program took no part, by its name.
    """

    net: str
    batch: int
    gflop: float
    programs: Mapping[str, Timing]
    trainer: Timing
    bare: Timing
    missing: Mapping[str, str] = field(default_factory=dict)

    def rate(self, name: str) -> float:
        """Return a program's images a second in its best round."""
        return self.batch / self.programs[name].best

    def figures(self) -> dict[str, Any]:
        """Return the net's part of the JSON file: the seconds of a step in each round."""
        rounds = {name: timing.seconds for name, timing in self.programs.items()}
        loop = {"trainer": self.trainer.seconds, "bare": self.bare.seconds}
        about = {"net": self.net, "batch": self.batch, "gflop": self.gflop}
        return {**about, "step_seconds": rounds, "loop_seconds": loop}


def measure(net: str, rounds: int, turn_seconds: float, with_torch: bool) -> Result:
    """Measure a net in all programs, and return the timings.

    Args:
        net: the net's name.
        rounds: the number of turns of each program.
        turn_seconds: the seconds that a turn should last.
        with_torch: whether PyTorch takes part.
    """
    names = [name for name in PROGRAMS if with_torch or not name.startswith("PyTorch")]
    script, words = Path(__file__), ["--nets", net]
    with ExitStack() as stack:
        programs = {
            name: stack.enter_context(
                served(script, [*words, "--serve", name], quiet=name == COMPILED)
            )
            for name in names
        }
        missing = without_compiled(programs)
        timings = take_turns(programs, rounds, turn_seconds)
        steps = steps_in(programs["owltf"], turn_seconds)
    batch, gflop, *loop = json.loads(printed(script, [*words, "--loop", str(rounds), str(steps)]))
    return Result(net, batch, gflop, timings, *(Timing(tuple(each)) for each in loop), missing)


def without_compiled(programs: dict[str, Program]) -> dict[str, str]:
    """Take the compiled program out if it cannot be compiled, and return why not by its name."""
    if COMPILED not in programs:
        return {}
    try:
        programs[COMPILED](1)
    except RuntimeError as error:
        del programs[COMPILED]
        return {COMPILED: str(error)}
    return {}


def owltf_program(net: str) -> Program:
    """Return the net's loop, as `owltf run` makes it."""
    return owltf_nets.loop_of(started(net))


def started(net: str, *, by_halves: bool = True) -> PreparedRun:
    """Return a net's run in owltf, ready to train.

    Args:
        net: the net's name.
        by_halves: compute both halves of a batch at once where `owltf run` does.
    """
    file = str(owltf_nets.NETS / f"{net}.prototxt")
    return owltf_nets.start_of(by_halves=by_halves, net=file, **SOLVER)


def loop_figures(net: str, rounds: int, steps: int) -> list[Any]:
    """Return the batch size, a step's GFLOP, and the seconds of a run's and of single steps."""
    start = started(net)
    batch = start.nets.train.sources[0].layer.batch_size
    loop = owltf_nets.trainer_and_bare(start, rounds, steps)
    return [batch, owltf_nets.step_gflop(start), *(each.seconds for each in loop)]


def keras_program(net: str) -> Program:
    """Return the net in plain Keras, on owltf's batch."""
    tf.keras.utils.set_random_seed(1)
    start = started(net, by_halves=False)
    model, step = keras_nets.step_of(net, *SOLVER.values())
    _same_size(net, start, sum(int(np.prod(each.shape)) for each in model.trainable_variables))
    batch, channels, height, width = _shape(start)
    images, labels = tf.fill((batch, height, width, channels), 0.5), tf.fill((batch,), 3)

    def run(steps: int) -> None:
        for _ in range(steps):
            loss = step(images, labels)
        loss.numpy()

    return run


def torch_program(net: str, *, compiled: bool = False) -> Program:
    """Return the net in PyTorch, eager or compiled, on owltf's batch."""
    import torch
    import torch_nets

    start = started(net, by_halves=False)
    shape = _shape(start)

    weights = keras_nets.HEADS.get(net, (1.0,))
    model, step = torch_nets.step_of(net, weights, *SOLVER.values(), compiled=compiled)
    _same_size(net, start, sum(each.numel() for each in model.parameters()))
    images = torch.full(tuple(shape), 0.5).to(memory_format=torch.channels_last)
    labels = torch.full((shape[0],), 3)

    def run(steps: int) -> None:
        for _ in range(steps):
            loss = step(images, labels)
        loss.item()

    return run


PROGRAMS: dict[str, Callable[[str], Program]] = {
    "owltf": owltf_program,
    "Keras": keras_program,
    "PyTorch": torch_program,
    COMPILED: partial(torch_program, compiled=True),
}


def _shape(start: PreparedRun) -> tuple[int, ...]:
    shape: tuple[int, ...] = start.nets.train.sources[0].layer.top_shapes[0]
    return shape


def _same_size(net: str, start: Any, count: int) -> None:
    ours = owltf_nets.parameters(start)
    if count != ours:
        raise click.ClickException(f"{net}: owltf trains {ours} values, the other net {count}")


def table(results: Sequence[Result]) -> Table:
    """Return the figures as a table; ratios above 1 are in favour of owltf."""
    every = dict.fromkeys(name for result in results for name in result.programs)
    others = [name for name in every if name != "owltf"]
    made = Table(box=box.MARKDOWN)
    made.add_column("net, batch", no_wrap=True)
    for name in ("owltf", "images/s", *others, *(f"{name} : owltf" for name in others), "loop"):
        made.add_column(name, justify="right", no_wrap=True)
    for result in results:
        made.add_row(*_row(result, others))
    return made


def _row(result: Result, others: Sequence[str]) -> list[str]:
    ours, theirs = result.programs["owltf"], [result.programs.get(name) for name in others]
    loop = result.trainer.over(result.bare)
    return [
        f"{result.net}, {result.batch}",
        _milliseconds(ours),
        f"{result.rate('owltf'):.0f}",
        *(_milliseconds(timing) if timing else "-" for timing in theirs),
        *("{:.2f} / {:.2f}".format(*timing.over(ours)) if timing else "-" for timing in theirs),
        " / ".join(f"{100 * (ratio - 1):+.1f} %" for ratio in loop),
    ]


def _line(result: Result) -> str:
    figures = (f"{name} {_milliseconds(timing)}" for name, timing in result.programs.items())
    return f"{result.net}: {', '.join(figures)} ms"


def _milliseconds(timing: Timing) -> str:
    digits = 1 if timing.best < 0.1 else 0
    return f"{1000 * timing.best:.{digits}f} / {1000 * timing.middle:.{digits}f}"


def versions(with_torch: bool) -> dict[str, str]:
    """Return the versions of packages, on which the figures depend."""
    packages = ["tensorflow", "keras", *(["torch"] if with_torch else [])]
    return {name: version(name) for name in packages}


def _names(context: click.Context, option: click.Parameter, value: str) -> list[str]:
    names = value.split(",")
    unknown = [name for name in names if name not in keras_nets.NETS]
    if unknown:
        raise click.BadParameter(f"{unknown} not among {', '.join(keras_nets.NETS)}")
    return names


@click.command()
@click.option("--nets", callback=_names, default=",".join(keras_nets.NETS), help="Which nets.")
@click.option("--rounds", default=7, show_default=True, help="The turns of each program.")
@click.option("--turn", default=1.5, show_default=True, help="How many seconds a turn lasts.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all figures to it.")
@click.option("--torch", "with_torch", is_flag=True, help="Let PyTorch take part.")
@click.option("--serve", type=click.Choice([*PROGRAMS]), hidden=True)
@click.option("--loop", type=int, nargs=2, hidden=True)
def main(
    nets: list[str],
    rounds: int,
    turn: float,
    file: Path | None,
    with_torch: bool,
    serve: str | None,
    loop: tuple[int, int] | None,
) -> None:
    """Measure a training step of owltf against the same net in plain Keras."""
    if serve:
        wait_for_steps(PROGRAMS[serve](nets[0]))
    elif loop:
        click.echo(json.dumps(loop_figures(nets[0], *loop)))
    else:
        compare(nets, rounds, turn, file, with_torch)


def compare(
    nets: Sequence[str], rounds: int, turn: float, file: Path | None, with_torch: bool
) -> None:
    """Measure nets, print a table, and write the figures to a file if one is given."""
    # In a file the table is not fitted to a terminal's width, so that it can be copied from there.
    console = Console(width=None if sys.stdout.isatty() else 200)
    if with_torch and not find_spec("torch"):
        console.print("PyTorch is not installed, so it takes no part: pip install torch==2.13.0")
        with_torch = False
    about, results = machine(), []
    console.print(in_words(about))
    for net in nets:
        results.append(measure(net, rounds, turn, with_torch))
        console.print(_line(results[-1]))
        for name, why in results[-1].missing.items():
            console.print(f"{net}: {name} took no part: {why}")
    console.print("Milliseconds of a step, minimum / median of the rounds:")
    console.print(table(results), crop=False)
    used = versions(with_torch)
    console.print(", ".join(f"{name} {value}" for name, value in used.items()))
    if file:
        figures = [result.figures() for result in results]
        missing = {name: why for result in results for name, why in result.missing.items()}
        told = {"machine": about, "versions": used, "nets": figures, "missing": missing}
        file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
