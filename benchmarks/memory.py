"""Measures how much memory a training step needs: owltf, plain Keras, and PyTorch if installed.

    python benchmarks/memory.py --nets googlenet,resnet50 --json memory.json --torch

Each program makes three steps in a process of its own. Its figure is the peak of that process less
what it had when the net was made, so the net's weights and the libraries do not count.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click
from served import printed

_STEPS = 3


def peak_megabytes() -> float:
    """Return the most memory that this process has had so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1000


def step_megabytes(program: str, net: str) -> float:
    """Return how much more memory this process needs after some steps of a program."""
    import owltf_nets
    from train_step import PROGRAMS, SOLVER

    if program in PROGRAMS:
        run = PROGRAMS[program](net)
    else:
        file = str(owltf_nets.NETS / f"{net}.prototxt")
        run = owltf_nets.loop_of(owltf_nets.start_of(recompute=True, net=file, **SOLVER))
    before = peak_megabytes()
    run(_STEPS)
    return peak_megabytes() - before


def measured(program: str, net: str) -> float:
    """Return what `step_megabytes` returns in a new process."""
    return float(printed(Path(__file__), ["--only", program, "--nets", net]))


@click.command()
@click.option("--nets", default="lenet,cifar10_quick,caffenet,googlenet,resnet50", help="Which.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the figures to it.")
@click.option("--torch", "with_torch", is_flag=True, help="Let PyTorch take part.")
@click.option("--only", hidden=True)
def main(nets: str, file: Path | None, with_torch: bool, only: str | None) -> None:
    """Measure how much memory a training step needs."""
    if only:
        click.echo(step_megabytes(only, nets))
        return
    programs = ["owltf", "owltf --recompute", "Keras"]
    programs += ["PyTorch"] if with_torch and find_spec("torch") else []
    figures = {net: _of_net(programs, net) for net in nets.split(",")}
    if file:
        file.write_text(json.dumps({"megabytes": figures}, indent=2) + "\n", encoding="utf-8")


def _of_net(programs: Sequence[str], net: str) -> dict[str, float]:
    found = {program: measured(program, net) for program in programs}
    click.echo(f"{net}: " + ", ".join(f"{name} {size:.0f} MB" for name, size in found.items()))
    return found


if __name__ == "__main__":
    main()
