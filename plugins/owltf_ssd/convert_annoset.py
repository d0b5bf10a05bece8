"""The command `owltf convert-annoset` with its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from owltf.api import StoppableCommand, printable


@click.command("convert-annoset", cls=StoppableCommand)
@click.argument("source", metavar="FOLDER", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--set",
    "part",
    metavar="NAME",
    help="The images to take: VOC's list ImageSets/Main/NAME.txt, or COCO's "
    "annotations/instances_NAME.json. All unless given.",
)
@click.option(
    "--label-map",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The classes' labels. Labels from 1, in the order of the classes' names, unless given.",
)
@click.option(
    "--backend",
    type=click.Choice(["lmdb", "leveldb"], case_sensitive=False),
    default="lmdb",
    show_default=True,
    help="The kind of database.",
)
@click.option("--shuffle", is_flag=True, help="Store images in a drawn order.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="N",
    help="The drawn order depends on this alone.",
)
@click.option(
    "--max-image-pixels",
    type=click.IntRange(min=1),
    metavar="N",
    help="Decode no image of more pixels, by what its file says. [default: 178956970]",
)
@click.option("--force", is_flag=True, help="Replace what is there already.")
@click.option("--plain", is_flag=True, help="Show no progress bar in a terminal.")
@click.pass_obj
def convert_annoset(registry: Any, /, source: Path, out: Path, **flags: Any) -> None:
    """Make a database of images with true boxes, for AnnotatedData layers.

    FOLDER is VOC's, with Annotations and JPEGImages, or COCO's, with annotations and a folder of
    images. OUT is the database; OUT_labelmap.prototxt beside it gives the classes' labels, and
    OUT_sizes.txt the images' heights and widths, as DetectionEvaluate's name_size_file. Image files
    are stored as they are.
    """
    from owltf_ssd.data.annoset import convert

    convert(source, out, registry.schema, **flags, tell=lambda line: click.echo(printable(line)))
