"""The command `owltf classify` with its options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from owltf.api import KeptForm
    from owltf_classifier.kept_form import FormPlace

AUTO, TENSORFLOW = "auto", "tensorflow"
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
@engine_option
@device_options
@click.pass_obj
def classify(registry: Any, /, file: str, images: tuple[str, ...], **flags: Any) -> None:
    """Say which classes images belong to, as Caffe's classification example does.

    NET is usually a deploy prototxt. IMAGE is a JPEG, PNG, GIF, BMP or PNM file, a folder of them,
    or a text file with a path a line.

    An image is decoded in the net's channels, resized as OpenCV does, and loses the mean of each
    channel.
    """
    from owltf_classifier.kept_form import form_place

    wanted = flags.pop("engine")
    engine = engine_of(registry, wanted)
    place = form_place(registry, engine, file, flags) if engine else None
    form = _found(place, wanted)
    if form is not None and place is not None:
        _classify_by(place, form, registry, images, flags)
        return
    from owltf.api import check_early, start_tensorflow

    check_early(registry, file, flags, test_nets=[0], images=images)
    settings = dict(flags)
    weights = weights_of(flags)
    start_tensorflow()
    from owltf.api import find_images, image_batches

    weights |= {name: flags.pop(name) for name in ("input_shapes", "optimize")}
    devices = devices_of(flags)
    files = find_images(images)
    classifier = _classifier(file, {"registry": registry, "devices": devices, **weights}, flags)
    form = _made(place, classifier, wanted)
    if form is not None and place is not None:
        _classify_by(place, form, registry, images, settings)
        return
    if registry.engines:
        _say("Computed by tensorflow")
    skip = _skip(flags)
    batches = image_batches(classifier.net, classifier.images, files, whole=True, skip=skip)
    _show(flags["as_json"])(classifier.classify(batches, flags["top"]))


def _found(place: FormPlace | None, wanted: str) -> KeptForm | None:
    """Return the form that was made before, if there is one."""
    if place is None:
        if wanted not in (AUTO, TENSORFLOW):
            raise OwltfError(
                f"--engine {wanted} takes a net's file with --weights FILE, and no devices, "
                "--snapshot or --allow-python-layers, which are TensorFlow's"
            )
        return None
    try:
        return place.find()
    except OwltfError:
        if wanted == AUTO:
            return None
        raise


def _made(place: FormPlace | None, classifier: Any, wanted: str) -> KeptForm | None:
    """Return a form that is made of the net that was built, if the engine can compute it."""
    from owltf_classifier.form_classifier import about_form

    if place is None or place.store.find(place.key) is not None:
        return None
    net, scores = classifier.net, classifier.scores
    try:
        if net.sources:
            raise OwltfError("it has data layers; a deploy net takes images from Input layers")
        about = about_form(net, scores, classifier.images.blob)
        return place.make(net, scores.blob, about)
    except OwltfError as error:
        if wanted != AUTO:
            raise OwltfError(f"--engine {wanted} cannot compute the net: {error}") from error
        _say(f"{place.engine.name} cannot compute the net: {error}")
        return None


def _classify_by(
    place: FormPlace, form: KeptForm, registry: Any, images: Any, flags: dict[str, Any]
) -> None:
    """Print the predictions of another engine than TensorFlow."""
    from owltf.api import find_images, images_as_given, read_class_names
    from owltf_classifier.form_classifier import FormClassifier
    from owltf_classifier.prediction import choose_views

    about, settings = form.about, image_settings(flags)
    shape = tuple(about["inputs"][about["image"]][1:])
    steps = images_as_given(
        about["image"],
        shape,
        lambda: registry.schema,
        max_pixels=flags["max_image_pixels"],
        **settings,
    )
    names = [str(number) for number in range(about["classes"])]
    if flags["labels"] is not None:
        names = read_class_names(flags["labels"], about["classes"])
    views = choose_views(flags["views"], steps)
    classifier = FormClassifier(place.engine, form, names, steps, views)
    _say(f"Computed by {place.engine.name}")
    _show(flags["as_json"])(classifier.classify(find_images(images), flags["top"], _skip(flags)))


def _skip(flags: dict[str, Any]) -> Callable[[OwltfError], object] | None:
    return (lambda error: _say(f"Skipped: {error}")) if flags["skip_bad"] else None


def _classifier(file: str, load: dict[str, Any], flags: dict[str, Any]) -> Any:
    from owltf.api import class_probabilities, image_input, load_net, read_class_names
    from owltf_classifier.prediction import choose_views
    from owltf_classifier.predictions import Classifier, check_scores

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
    from owltf_classifier.report import show_json, show_lines, show_table

    if as_json:
        return show_json
    # Rich takes a while to import, and a pipe gets plain lines.
    if not sys.stdout.isatty() and "FORCE_COLOR" not in os.environ:
        return show_lines
    from rich.console import Console

    console = Console()
    return partial(show_table, console) if console.is_terminal else show_lines


def _say(line: str) -> None:
    click.echo(printable(line), err=True)
