"""The command `owltf plot` with its options."""

from __future__ import annotations

from pathlib import Path

import click

from owltf.api import StoppableCommand, printable, refuse_existing


@click.command(cls=StoppableCommand)
@click.argument("logs", metavar="LOG...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="OUT.png|.svg|.pdf",
    help="Write a picture; curves are drawn in the terminal unless given.",
)
@click.option(
    "--only", multiple=True, metavar="NAME", help="Plot this curve alone: loss, rate, or an output."
)
@click.option("--seconds", is_flag=True, help="Plot over time, not over iterations.")
@click.option("--log-scale", is_flag=True, help="Plot the loss on a logarithmic axis.")
@click.option("--force", is_flag=True, help="Replace the picture if it is there.")
def plot(
    logs: tuple[Path, ...],
    output: Path | None,
    only: tuple[str, ...],
    seconds: bool,
    log_scale: bool,
    force: bool,
) -> None:
    """Plot how runs went: loss, rate, and the outputs of the train and test nets.

    A LOG is what `owltf run` prints to a file, a log of Caffe's own, or a table: CSV with a column
    of iterations, or JSON, an object a line. Several runs come into one picture, each in its
    colour; tests are dashed.
    """
    from owltf_pictures.curves import read_run, wanted
    from owltf_pictures.curves_picture import check_picture, write_curves
    from owltf_pictures.curves_text import text_lines

    if output is not None:
        check_picture(output)
        refuse_existing([output], force=force)
    runs = [wanted(read_run(path), only) for path in logs]
    if output is None:
        for line in text_lines(runs, seconds=seconds, log_scale=log_scale):
            click.echo(printable(line))
        return
    write_curves(output, runs, seconds=seconds, log_scale=log_scale)
    click.echo(f"{output}: {', '.join(dict.fromkeys(c.name for r in runs for c in r.curves))}")
