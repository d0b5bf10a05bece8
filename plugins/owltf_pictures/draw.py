"""The command `owltf draw` with its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from owltf.api import (
    OwltfError,
    StoppableCommand,
    input_shape_option,
    printable,
    refuse_existing,
    state_options,
)


@click.command(cls=StoppableCommand)
@click.argument("net", metavar="NET|SOLVER")
@click.argument(
    "out", metavar="[OUT.svg|.png|.pdf|.dot|.md]", required=False, type=click.Path(path_type=Path)
)
@click.option(
    "--phase",
    type=click.Choice(["TRAIN", "TEST"], case_sensitive=False),
    default="TEST",
    show_default=True,
    help="The phase whose layers are drawn.",
)
@input_shape_option
@state_options
@click.option(
    "--no-shapes", is_flag=True, help="Draw what the file says, without building the net."
)
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
@click.pass_obj
def draw(
    registry: Any, /, net: str, out: Path | None, phase: str, force: bool, **flags: Any
) -> None:
    """Draw the layers of a net with their shapes, parameters and multiply-adds.

    A picture is .svg, .png or .pdf; .dot is for Graphviz, .md a diagram in Mermaid, which many
    sites show. Without OUT the layers are listed. Layers in place stand in the box of the layer
    whose blob they change. Shapes and multiply-adds are those of one image.

    A net is built to know its shapes; its data must be there, or use its deploy.prototxt.
    """
    from owltf_pictures.formats import check_format, write_picture
    from owltf_pictures.net_layers import net_layers, read_layers
    from owltf_pictures.net_table import table_lines

    if out is not None:
        check_format(out)
        refuse_existing([out], force=force)
    no_shapes, shapes = flags.pop("no_shapes"), flags.pop("input_shapes")
    if no_shapes and shapes:
        raise OwltfError("give --no-shapes or --input-shape, not both")
    if no_shapes:
        drawing = read_layers(net, registry, phase.upper())
    else:
        drawing = net_layers(net, registry, phase.upper(), shapes)
    if out is None:
        for line in table_lines(drawing):
            click.echo(printable(line))
        return
    write_picture(out, drawing)
    click.echo(f"{out}: {drawing.summary()}")
