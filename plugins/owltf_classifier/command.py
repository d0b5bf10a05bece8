"""The command `owltf classify` with its options."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from owltf.api import (
    StoppableCommand,
    device_options,
    devices_of,
    image_file_options,
    image_settings,
    input_shape_option,
    printable,
    weights_of,
    weights_options,
)

_VIEWS = ("1", "flips", "corners", "10", "144")


@click.command(cls=StoppableCommand)
@click.argument("file", metavar="NET|SOLVER")
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@weights_options
@input_shape_option
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Class names, a line each, as synset_words.txt.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="K",
    help="Name the K likeliest classes.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--views",
    type=click.Choice(_VIEWS),
    help="Average over views of each image: the corners and the centre, plain and mirrored, are "
    "10. Its centre alone unless given.",
)
@click.option(
    "--softmax-layer",
    metavar="NAME",
    help="The layer that gives the probabilities: Softmax, SoftmaxWithLoss, or any with a number "
    "for each class. The last softmax unless given.",
)
@image_file_options
@click.option("--skip-bad", is_flag=True, help="Name images that cannot be read, and go on.")
@device_options
@click.pass_obj
def classify(registry: Any, /, file: str, images: tuple[str, ...], **flags: Any) -> None:
    """Say which classes images belong to, as Caffe's classification example does.

    NET is usually a deploy prototxt. IMAGE is a JPEG, PNG, GIF, BMP or PNM file, a folder of them,
    or a text file with a path a line.

    An image is decoded in the net's channels, resized as OpenCV does, and loses the mean of each
    channel.
    """
    from owltf.api import check_early, start_tensorflow

    check_early(registry, file, flags, test_nets=[0], images=images)
    weights = weights_of(flags)
    start_tensorflow()
    from owltf.api import find_images, image_batches

    weights["input_shapes"] = flags.pop("input_shapes")
    devices = devices_of(flags)
    files = find_images(images)
    classifier = _classifier(file, {"registry": registry, "devices": devices, **weights}, flags)
    skip = (lambda error: _say(f"Skipped: {error}")) if flags["skip_bad"] else None
    batches = image_batches(classifier.net, classifier.images, files, whole=True, skip=skip)
    _show(flags["as_json"])(classifier.classify(batches, flags["top"]))


def _classifier(file: str, load: dict[str, Any], flags: dict[str, Any]) -> Any:
    from owltf.api import class_probabilities, image_input, load_net, read_class_names
    from owltf_classifier.predictions import Classifier, check_scores, choose_views

    net = load_net(file, tell=_say, **load)
    scores = class_probabilities(net, flags["softmax_layer"])
    check_scores(scores)
    images = image_input(net, **image_settings(flags))
    names = [str(number) for number in range(scores.classes)]
    if flags["labels"] is not None:
        names = read_class_names(flags["labels"], scores.classes)
    views = choose_views(flags["views"], images)
    return Classifier(net, load["devices"], scores, names, images, views)


def _show(as_json: bool) -> Callable[[Any], None]:
    from rich.console import Console

    from owltf_classifier.report import show_json, show_lines, show_table

    console = Console()
    if as_json:
        return show_json
    return partial(show_table, console) if console.is_terminal else show_lines


def _say(line: str) -> None:
    click.echo(printable(line), err=True)
