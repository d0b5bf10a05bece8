"""The command `owltf detect` with its options."""

from __future__ import annotations

from functools import partial
from pathlib import Path
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
    printable,
    weights_of,
    weights_options,
)


@click.command(cls=StoppableCommand)
@click.argument("file", metavar="NET|SOLVER")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@weights_options
@input_shape_option
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Class names: a label map, or a line each, the background's among them.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    metavar="X",
    help="Leave out boxes with a lower score.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--draw",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write each image with its boxes there, as a PNG file.",
)
@image_file_options
@click.option("--skip-bad", is_flag=True, help="Name images that cannot be read, and go on.")
@partial(engine_option, default="tensorflow")
@device_options
@click.pass_obj
def detect(registry: Any, /, file: str, images: tuple[str, ...], **flags: Any) -> None:
    """Find objects in images by a net that gives boxes, as SSD's and YOLO's do.

    NET is usually a deploy prototxt, with a DetectionOutput layer or one like it. IMAGE is a JPEG,
    PNG, GIF, BMP or PNM file, a folder of them, or a text file with a path a line.

    An image is decoded in the net's channels, resized to the net's input as OpenCV does, and loses
    the mean of each channel. Boxes are told in pixels of the image file.
    """
    from owltf.api import check_early, start_tensorflow

    check_early(registry, file, flags, test_nets=[0], images=images)
    _check_folder(flags["draw"])
    engine_of(registry, flags["engine"])
    weights = {**weights_of(flags), **{name: flags.pop(name) for name in ("engine", "optimize")}}
    start_tensorflow()
    from owltf.api import find_images, image_batches
    from owltf_detector.report import show

    weights["input_shapes"] = flags.pop("input_shapes")
    devices, files = devices_of(flags), find_images(images)
    detector = _detector(file, {"registry": registry, "devices": devices, **weights}, flags)
    skip = (lambda error: _say(f"Skipped: {error}")) if flags["skip_bad"] else None
    batches = image_batches(detector.net, detector.images, files, skip=skip)
    show(detector.detect(batches, flags["draw"]), as_json=flags["as_json"])


def _check_folder(folder: Path | None) -> None:
    if folder is not None and not folder.is_dir():
        raise OwltfError(f"--draw {folder}: there is no such folder")


def _detector(file: str, load: dict[str, Any], flags: dict[str, Any]) -> Any:
    from owltf.api import image_input, load_net
    from owltf_detector.class_labels import read_class_labels
    from owltf_detector.detector import Detector, box_blob

    net = load_net(file, tell=_say, **load)
    blob = box_blob(net)
    images = image_input(net, **image_settings(flags))
    names = read_class_labels(flags["labels"]) if flags["labels"] else {}
    return Detector(net, load["devices"], blob, images, names, flags["threshold"])


def _say(line: str) -> None:
    click.echo(printable(line), err=True)
