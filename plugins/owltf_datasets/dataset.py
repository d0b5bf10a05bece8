"""The commands `owltf dataset info` and `owltf dataset check`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from owltf.api import OwltfError, StoppableCommand, progress_bar, refuse_existing
from owltf_datasets.options import force_option, pixels_option, plain_option, tell

_MOST_NAMED = 20
_path = click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
_root = click.option(
    "--root",
    default="",
    metavar="FOLDER/",
    help="What is put in front of each path of a list, as a layer's `root_folder`.",
)


@click.group()
def dataset() -> None:
    """Look at what data layers read.

    PATH is an LMDB, a LevelDB, a list of images or of HDF5 files, an HDF5 file, or a folder with a
    folder of images for each class.
    """


@dataset.command(cls=StoppableCommand)
@_path
@_root
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="OUT.png",
    help="Draw images from all over the source, each with its label.",
)
@click.option(
    "--sheet-images",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    metavar="N",
    help="Draw so many.",
)
@pixels_option
@force_option
@plain_option
def info(path: Path, sheet: Path | None, sheet_images: int, force: bool, **flags: Any) -> None:
    """Tell the records, shapes and labels of a source.

    All of it is read.
    """
    from owltf_datasets.contact_sheet import write_sheet

    if sheet is not None:
        refuse_existing([sheet], force=force)
    survey = _survey(path, sheet_images if sheet else 0, **flags)
    for line in survey.lines():
        tell(line)
    if sheet is not None:
        write_sheet(sheet, survey.kept)
        tell(f"{sheet}: {len(survey.kept):,} images")


@dataset.command(cls=StoppableCommand)
@_path
@_root
@pixels_option
@plain_option
def check(path: Path, **flags: Any) -> None:
    """Decode all records of a source, and name the bad ones.

    The exit status is 2 if there are some.
    """
    survey = _survey(path, 0, **flags)
    for error in survey.errors[:_MOST_NAMED]:
        tell(str(error))
    if len(survey.errors) > _MOST_NAMED:
        tell(f"and {len(survey.errors) - _MOST_NAMED:,} more")
    for note in survey.notes():
        tell(f"note: {note}")
    if survey.errors:
        total = f"{len(survey.errors):,} of {survey.source.count:,}"
        raise OwltfError(f"{survey.source.name}: {total} records are bad")
    tell(f"{survey.source.name}: all {survey.source.count:,} records are good")


def _survey(
    path: Path, images: int, *, root: str, max_image_pixels: int | None, plain: bool
) -> Any:
    from owltf_datasets.sources import open_source
    from owltf_datasets.survey import Survey, spread

    source = open_source(path, root)
    survey = Survey(source, spread(source.count, images))
    with progress_bar(source.count, "records", plain=plain) as advance:
        survey.go(advance, max_image_pixels)
    return survey
