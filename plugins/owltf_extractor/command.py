"""The command `owltf extract` with its options."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from owltf.api import (
    OwltfError,
    StoppableCommand,
    device_options,
    devices_of,
    engine_of,
    engine_option,
    image_file_options,
    image_settings,
    input_shape_option,
    weights_of,
    weights_options,
)


@click.command(cls=StoppableCommand)
@click.argument("file", metavar="SOLVER|NET")
@click.argument("layers", metavar="LAYER[,LAYER]")
@click.argument("out", metavar="OUT[,OUT]")
@weights_options
@input_shape_option
@click.option(
    "--iterations",
    type=click.IntRange(min=1),
    metavar="N",
    help="Take N batches of the net's data. The solver's `test_iter` unless given; for a net every "
    "record once.",
)
@click.option("--all", "whole", is_flag=True, help="Take every record of the source exactly once.")
@click.option(
    "--test-net",
    type=click.IntRange(min=0),
    default=0,
    metavar="I",
    help="Which of the solver's test nets to take, from 0.",
)
@click.option(
    "--images",
    multiple=True,
    metavar="FILE|FOLDER|LIST",
    help="Take image files (JPEG, PNG, GIF, BMP) instead of the net's data: an image, a folder of "
    "them, or a text file with a path and a label a line. May be repeated.",
)
@image_file_options
@click.option("--skip-bad", is_flag=True, help="Name images that cannot be read, and go on.")
@click.option(
    "--before-in-place",
    is_flag=True,
    help="Take a layer's own output, before the in-place layers that follow change it.",
)
@click.option(
    "--format",
    "default_suffix",
    callback=lambda context, option, value: value and f".{value.removeprefix('.')}",
    metavar="lmdb|npy|...",
    help="The format of an OUT whose name does not end in one.",
)
@click.option("--with-labels", is_flag=True, help="Write the labels too.")
@click.option("--with-keys", is_flag=True, help="Write the records' keys or the images' paths too.")
@partial(engine_option, default="tensorflow")
@device_options
@click.pass_obj
def extract(registry: Any, /, file: str, layers: str, out: str, **flags: Any) -> None:
    """Write what layers of a net compute, a row for each record.

    SOLVER|NET is a prototxt. LAYER is a layer or a blob; a layer's output is taken as its blob ends
    up, after in-place layers. OUT ends in .txt (a line for each row), .npy, .npz, .h5, .csv,
    .parquet, .lmdb or .leveldb (Datums, as Caffe's extract_features writes them); several layers go
    into one .npz, .h5, .csv or .parquet, or into as many files of the other kinds. Rows of several
    sizes, as images that are not cropped give them, go into a .npz, .h5, .lmdb or .leveldb.

    Rows are in the source's order, and the same for any number of devices. The file appears only
    when it is complete.
    """
    from owltf.api import check_early, start_tensorflow

    _check(flags)
    check_early(registry, file, flags, test_nets=[flags["test_net"]], images=flags["images"])
    engine_of(registry, flags["engine"])
    weights = {**weights_of(flags), **{name: flags.pop(name) for name in ("engine", "optimize")}}
    start_tensorflow()
    from owltf_extractor.run import run_extraction

    devices = devices_of(flags)
    settings = image_settings(flags)
    load = {"registry": registry, "devices": devices, "input_shapes": flags.pop("input_shapes")}
    run_extraction(
        file,
        layers.split(","),
        out,
        load={**load, **weights},
        settings=settings,
        **flags,
    )


def _check(flags: dict[str, Any]) -> None:
    data_options = {
        "--all": flags["whole"],
        "--iterations": flags["iterations"],
        "--images": flags["images"],
    }
    given = [name for name, value in data_options.items() if value]
    if len(given) > 1:
        raise OwltfError(f"give one of {' and '.join(given)}")
    if flags["skip_bad"] and not flags["images"]:
        raise OwltfError("--skip-bad is for --images; a broken record of a database stays an error")
