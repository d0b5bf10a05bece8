"""The command line of `owltf test`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from owltf.api import (
    OwltfError,
    StoppableCommand,
    choose_report,
    device_options,
    devices_of,
    engine_of,
    engine_option,
    plain_option,
    weights_of,
    weights_options,
)

_VIEWS = ("1", "flips", "corners", "10", "144")


def _numbers(context: click.Context, option: click.Parameter, value: str) -> tuple[int, ...]:
    parts = value.split(",")
    if not all(part.strip().isdigit() and int(part) for part in parts):
        raise click.BadParameter(f"'{value}' is not 1 or more numbers joined by commas")
    return tuple(dict.fromkeys(map(int, parts)))


@click.command(cls=StoppableCommand)
@click.argument("file", metavar="SOLVER|NET")
@weights_options
@click.option(
    "--iterations",
    type=click.IntRange(min=1),
    metavar="N",
    help="Take N batches. The solver's `test_iter` unless given, 50 for a net.",
)
@click.option("--all", "whole", is_flag=True, help="Take every record of the source exactly once.")
@click.option(
    "--test-net",
    type=click.IntRange(min=0),
    metavar="I",
    help="Test this one of the solver's test nets, from 0. All of them unless given.",
)
@click.option(
    "--top-k",
    default="1,5",
    callback=_numbers,
    metavar="K[,K]",
    show_default=True,
    help="Count how often the true class is among the K best.",
)
@click.option(
    "--views",
    type=click.Choice(_VIEWS),
    help="Average the classes' probabilities over views of each image: its centre (1), that "
    "mirrored too (flips), the corners and the centre (corners), these mirrored too (10), or "
    "GoogLeNet's 144.",
)
@click.option(
    "--softmax-layer",
    metavar="NAME",
    help="The layer that gives the probabilities: Softmax, SoftmaxWithLoss, or any with a number "
    "for each class. The last softmax unless given.",
)
@click.option("--per-class", is_flag=True, help="Show the accuracy of each class.")
@click.option(
    "--confusion",
    type=click.Path(path_type=Path),
    metavar="FILE.csv|.png",
    help="Write how often each class was taken for each.",
)
@click.option("--labels", type=click.Path(path_type=Path), metavar="FILE", help="Class names.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    help="Write all figures.",
)
@partial(engine_option, default="tensorflow")
@device_options
@plain_option
@click.pass_obj
def test(registry: Any, /, file: str, test_net: int | None, plain: bool, **flags: Any) -> None:
    """Test a net on its TEST data.

    SOLVER|NET is a prototxt. All outputs of the TEST net are averaged over the batches, as Caffe's
    own test does; where the net compares classes with labels, the best ones are counted too.

    Several devices take whole batches in turn; the figures are those of one.
    """
    from owltf.api import check_early, start_tensorflow

    check_early(registry, file, flags, test_nets=[test_net or 0])
    engine_of(registry, flags["engine"])
    weights = {**weights_of(flags), **{name: flags.pop(name) for name in ("engine", "optimize")}}
    if flags["whole"] and flags["iterations"]:
        raise OwltfError("give --all or --iterations, not both")
    start_tensorflow()
    devices = devices_of(flags)
    from owltf_tester.lines import ScoreLines
    from owltf_tester.options import TestOptions
    from owltf_tester.run import run_tests
    from owltf_tester.terminal import ScoreTables

    options = TestOptions(**flags)
    run_tests(
        file,
        test_net,
        options,
        choose_report(plain, ScoreLines, ScoreTables),
        load={"registry": registry, "devices": devices, **weights},
    )
