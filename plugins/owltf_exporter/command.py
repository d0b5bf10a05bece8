"""owltf export: writes a net in a format that other programs can load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from owltf.api import StoppableCommand, image_options, input_shape_option

_FORMATS = ("saved_model", "keras", "caffemodel", "hdf5", "python", "onnx", "tflite")


def _paths(context: click.Context, option: click.Parameter, value: str | None) -> list[Path]:
    return [Path(part) for part in value.split(",") if part] if value else []


def _names(context: click.Context, option: click.Parameter, value: str | None) -> list[str]:
    return [part for part in value.split(",") if part] if value else []


@click.command(cls=StoppableCommand)
@click.argument("net", metavar="NET|SOLVER")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--weights",
    callback=_paths,
    metavar="FILE[,FILE]",
    help="The weights, caffemodels; later ones win.",
)
@click.option(
    "--snapshot",
    type=int,
    metavar="N",
    help="With a solver: the weights of snapshot N, that of iteration N x its `snapshot`.",
)
@click.option(
    "--allow-missing",
    is_flag=True,
    help="Leave layers that the weights lack as their fillers make them.",
)
@click.option(
    "--random-weights",
    is_flag=True,
    help="Keep the fillers' values, or draw some, to try things out.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    help="The format. By OUT's suffix unless given: .keras, .caffemodel, .h5, .py, .onnx, .tflite, "
    "else a SavedModel.",
)
@click.option(
    "--outputs",
    callback=_names,
    metavar="BLOB[,BLOB]",
    help="The blobs wanted, and only the layers they need. All that no layer takes unless given.",
)
@input_shape_option
@image_options
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The classes' names, a line each, which go into the SavedModel.",
)
@click.option(
    "--top-k",
    type=click.IntRange(min=1),
    metavar="K",
    help="Give the K best classes and their scores beside the outputs; 5 with --labels.",
)
@click.option("--warmup", is_flag=True, help="Write requests for a server to start with.")
@click.option(
    "--optimize/--no-optimize",
    default=None,
    help="Fold BatchNorm, Scale and Bias into the convolution or inner product before them. Done "
    "in the formats that only answer: saved_model, onnx and tflite.",
)
@click.option(
    "--quantize", type=click.Choice(("float16", "int8")), help="Make a tflite file smaller."
)
@click.option(
    "--calibration",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Images that show int8 the range of values.",
)
@click.option(
    "--tolerance", type=float, metavar="X", help="The largest difference from the net allowed."
)
@click.option(
    "--ignore-unknown-fields",
    is_flag=True,
    help="Leave out prototxt fields that owltf does not know, and list them.",
)
@click.pass_obj
def export(registry: Any, /, net: str, out: Path, format_: str | None, **options: Any) -> None:
    """Write a net as a SavedModel, or in another format.

    NET|SOLVER is a net's prototxt, or a solver's, whose test net is meant. Of a training net the
    deploy form is made: data layers become inputs, losses the scores they are of. What was written
    is loaded again and compared with the net before it gets the name OUT.
    """
    from owltf_exporter.formats.choose import format_name

    name = format_name(out, format_)
    from owltf.api import check_early, start_tensorflow

    check_early(registry, net, options)
    start_tensorflow()
    from owltf_exporter.run import Options, export_net

    export_net(registry, net, out, name, Options(**options))
