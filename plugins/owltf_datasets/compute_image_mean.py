"""owltf compute-image-mean: writes the mean of a database's images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from owltf.api import StoppableCommand, refuse_existing
from owltf_datasets.options import CAFFE_SPELLINGS, force_option, pixels_option, plain_option, tell


@click.command("compute-image-mean", cls=StoppableCommand, context_settings=CAFFE_SPELLINGS)
@click.argument("database", metavar="DATABASE", type=click.Path(path_type=Path))
@click.argument("out", metavar="[OUT]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--backend",
    type=click.Choice(["lmdb", "leveldb"], case_sensitive=False),
    help="The kind of database; what it is unless given.",
)
@pixels_option
@click.option("--skip-bad-records", is_flag=True, help="Go on without records that are no image.")
@force_option
@plain_option
@click.pass_obj
def compute_image_mean(
    registry: Any, /, database: Path, out: Path | None, force: bool, **flags: Any
) -> None:
    """Write the mean image of a DATABASE, as Caffe's compute_image_mean does.

    OUT is a binaryproto, a net's `mean_file`. The mean of each channel is printed.
    """
    from owltf_datasets.mean import mean_image, write_mean

    if out is not None:
        refuse_existing([out], force=force)
    mean = mean_image(database, tell, **flags)
    if out is not None:
        tell(f"Write to {out}")
        write_mean(out, mean, registry.schema)
    tell(f"Number of channels: {len(mean)}")
    for channel, value in enumerate(mean.mean(axis=(1, 2))):
        tell(f"mean_value channel [{channel}]: {value:.6g}")
