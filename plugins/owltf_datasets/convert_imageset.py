"""The command `owltf convert-imageset` with its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from owltf.api import OwltfError, StoppableCommand
from owltf_datasets.options import (
    CAFFE_SPELLINGS,
    backend_option,
    force_option,
    pixels_option,
    plain_option,
)


@click.command("convert-imageset", cls=StoppableCommand, context_settings=CAFFE_SPELLINGS)
@click.argument("source", metavar="ROOT LIST | FOLDER", nargs=-1, required=True)
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@backend_option
@click.option("--gray", is_flag=True, help="Store images in shades of grey.")
@click.option("--resize-height", type=click.IntRange(min=1), metavar="N", help="Resize images.")
@click.option("--resize-width", type=click.IntRange(min=1), metavar="N", help="Resize images.")
@click.option("--check-size", is_flag=True, help="Refuse images of several sizes.")
@click.option("--encoded", is_flag=True, help="Store image files, not pixels.")
@click.option(
    "--encode-type",
    default="",
    metavar="png|jpg|...",
    help="The format of the image files; implies --encoded. That of each file unless given.",
)
@click.option(
    "--shuffle/--no-shuffle",
    default=None,
    help="Store images in a drawn order. A list is stored as it is unless given, a FOLDER is "
    "shuffled.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="N",
    help="What is drawn depends on this alone.",
)
@click.option(
    "--test-fraction",
    type=click.FloatRange(0, 1, max_open=True),
    metavar="X",
    help="The part of each class of a FOLDER to test on.  [default: 0.2]",
)
@click.option(
    "--skip-bad-records", is_flag=True, help="Name images that cannot be read, and go on."
)
@click.option(
    "--ignore-orientation",
    is_flag=True,
    help="Leave photographs as the camera stored them; they are turned as their EXIF orientation "
    "says unless given.",
)
@pixels_option
@force_option
@plain_option
def convert_imageset(source: tuple[str, ...], out: Path, **flags: Any) -> None:
    """Make a database of images, as Caffe's convert_imageset does.

    ROOT LIST are a folder and a list: a path, which begins at ROOT, and a label on each line. OUT
    is then the database.

    FOLDER holds a folder of images for each class. OUT is then a folder, with train_lmdb and
    test_lmdb, the lists train.txt and test.txt of what is in them, and names.txt, the classes'
    names in the order of their labels.

    Records and their keys are Caffe's. OUT appears only when it is complete.
    """
    from owltf_datasets.conversion import convert_folder, convert_list

    if len(source) > 2:
        raise OwltfError(f"give ROOT LIST OUT, or FOLDER OUT; got {len(source) + 1} names")
    fraction = flags.pop("test_fraction")
    if len(source) == 1:
        convert_folder(Path(source[0]), out, 0.2 if fraction is None else fraction, **flags)
        return
    if fraction is not None:
        raise OwltfError("--test-fraction is for a FOLDER of classes; a list says what is in it")
    convert_list(source[0], Path(source[1]), out, **flags)
