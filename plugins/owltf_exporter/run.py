"""The work of `owltf export`: loads a net, writes it, and compares the result with the net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from owltf.api import (
    Net,
    OwltfError,
    atomic_outputs,
    converter_of,
    load_net,
    open_net_file,
    printable,
    rebuild_net,
)
from owltf_exporter.deploy.deploy import data_layers, deploy_form
from owltf_exporter.export_job import Exported
from owltf_exporter.folded_net import folded_net
from owltf_exporter.formats.choose import SAVED_MODEL, load_format
from owltf_exporter.images.preprocessing import (
    ORDERS,
    ImageOptions,
    Preprocessing,
    mismatch,
    read_preprocessing,
)
from owltf_exporter.random_weights import fill_zeros
from owltf_exporter.served_classes import find_classes

# Quantized weights have fewer bits, so outputs differ more.
_QUANTIZED_TOLERANCES = {"float16": 1e-2, "int8": 0.2}


@dataclass(frozen=True)
class Options:
    """The options of the command, with the same names."""

    weights: Sequence[Path] = ()
    snapshot: int | None = None
    allow_missing: bool = False
    random_weights: bool = False
    outputs: Sequence[str] = ()
    input_shapes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    mean: str | None = None
    scale: float | None = None
    resize: tuple[int, int] | None = None
    channel_order: str = ORDERS[0]
    labels: Path | None = None
    top_k: int | None = None
    warmup: bool = False
    optimize: bool | None = None
    quantize: str | None = None
    calibration: Path | None = None
    tolerance: float | None = None
    ignore_unknown_fields: bool = False

    @property
    def image_options(self) -> ImageOptions:
        """The options about images; the default channel order counts as not given."""
        order = None if self.channel_order == ORDERS[0] else self.channel_order
        return ImageOptions(self.mean, self.scale, self.resize, order)


def export_net(registry: Any, net: str, out: Path, name: str, options: Options) -> None:
    """Write a net in a format, and compare the result with the net before it gets its name.

    Args:
        registry: the layers, solvers and messages of all plugins.
        net: the prototxt of a net or a solver.
        out: the file or folder to write.
        name: the format.
        options: the command's options.

    Raises:
        OwltfError: if the net cannot be built or written, or the result differs from it.
    """
    _check_options(name, options)
    writer = load_format(name)
    exported = prepare_export(registry, net, name, options)
    usual = _QUANTIZED_TOLERANCES.get(options.quantize or "", writer.TOLERANCE)
    tolerance = usual if options.tolerance is None else options.tolerance
    with atomic_outputs(out) as temporary:
        writer.write(exported, temporary)
        found = writer.check(exported, temporary).check(tolerance)
        size = _size(temporary)
    _say(f"Largest difference from the net: {found.size:.2g} (in '{found.blob}')")
    _say(f"Wrote {out} ({size / 1e6:.1f} MB)")


def _check_options(name: str, options: Options) -> None:
    if not (options.weights or options.snapshot or options.random_weights):
        raise OwltfError("no weights: give --weights FILE, or --snapshot N with a solver")
    served = {"--labels": options.labels, "--top-k": options.top_k, "--warmup": options.warmup}
    images = {f"--{each.replace('_', '-')}": True for each in options.image_options.given}
    small = {"--quantize": options.quantize, "--calibration": options.calibration}
    _refuse(name, (SAVED_MODEL,), served)
    _refuse(name, (SAVED_MODEL, "tflite"), images)
    _refuse(name, ("tflite",), small)


def _refuse(name: str, formats: Sequence[str], options: Mapping[str, Any]) -> None:
    given = [option for option, value in options.items() if value]
    if given and name not in formats:
        raise OwltfError(
            f"{', '.join(given)} {'goes' if len(given) == 1 else 'go'} with --format "
            f"{' or '.join(formats)}, not with {name}"
        )


def _size(path: Path) -> int:
    files = path.parent.rglob("*") if not path.is_dir() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())


def prepare_export(registry: Any, file: str, name: str, options: Options) -> Exported:
    """Return a net in its deploy form, with its preprocessing and class names.

    Raises:
        OwltfError: if the net cannot be built, or the options do not fit it.
    """
    data: list[Any] = []

    def rewrite(parameter: Any, context: Any) -> Any:
        data.extend(data_layers(parameter, context))
        deploy = deploy_form(parameter, context, options.input_shapes, options.outputs)
        _check_user_code(deploy, context.registry)
        return deploy

    net = _load(registry, file, options, rewrite)
    if options.random_weights:
        fill_zeros(net)
    wanted = tuple(dict.fromkeys(options.outputs)) or net.outputs
    if _folds(name, options.optimize):
        net = folded_net(net, wanted, _say, is_asked=bool(options.optimize))
    preprocessing = _preprocessing(net, data, options)
    if preprocessing is None and name == SAVED_MODEL:
        _say(f"no image signatures: {_mismatch(net)}")
    classes = find_classes(net, wanted, options.labels, options.top_k)
    calibration = tuple(sorted(options.calibration.iterdir())) if options.calibration else ()
    if options.calibration and not calibration:
        raise OwltfError(f"{options.calibration}: there are no images")
    _say(f"inputs: {_listed(net, net.inputs)}; outputs: {_listed(net, wanted)}")
    if preprocessing and name == SAVED_MODEL:
        _say(f"images: {preprocessing.describe()}")
    return Exported(
        net=net,
        preprocessing=preprocessing,
        classes=classes,
        warmup=options.warmup,
        quantize=options.quantize,
        calibration=calibration,
        wanted=wanted,
        tell=_say,
    )


def _folds(name: str, wish: bool | None) -> bool:
    """Return whether to fold layers; others read or train what the other formats hold."""
    return name in (SAVED_MODEL, "onnx", "tflite") if wish is None else wish


def _check_user_code(parameter: Any, registry: Any) -> None:
    layers = [layer for layer in parameter.layer if converter_of(layer, registry).runs_user_code]
    if layers:
        names = ", ".join(f"'{layer.name}'" for layer in layers)
        raise OwltfError(
            f"{layers[0].type} layers run code of your own and cannot be exported: {names}; "
            "--outputs BLOB keeps only the layers that lead to a blob"
        )


def _listed(net: Net, blobs: Sequence[str]) -> str:
    return ", ".join(f"{name} ({_in_words(net.blob_shapes[name])})" for name in blobs)


def _in_words(shape: Sequence[int]) -> str:
    return "x".join(["N", *map(str, shape[1:])]) if shape else "one number"


def _load(registry: Any, file: str, options: Options, rewrite: Any) -> Net:
    ignore = options.ignore_unknown_fields
    opened = open_net_file(file, registry.schema, ignore_unknown_fields=ignore)
    # A solver without test nets has only its training net.
    phase = "TRAIN" if opened.solver is not None and not opened.test_iter else "TEST"
    net = load_net(
        opened,
        phase=phase,
        weights=options.weights or None,
        snapshot=options.snapshot,
        allow_missing=options.allow_missing or options.random_weights,
        registry=registry,
        tell=_say,
        rewrite=rewrite,
    )
    if phase == "TEST":
        return net
    return rebuild_net(net, net.graph.source.parameter, net.get_params())


def _preprocessing(net: Net, data: Sequence[Any], options: Options) -> Preprocessing | None:
    """Return the preprocessing of the net's images, None if it takes no images."""
    reason = _mismatch(net)
    if reason is None:
        shape = net.blob_shapes[net.inputs[0]]
        source = next((each for each in data if net.inputs[0] in each.top), None)
        return read_preprocessing(shape, source, net.context, options.image_options)
    if options.image_options.given:
        raise OwltfError(f"--{options.image_options.given[0].replace('_', '-')}: {reason}")
    return None


def _mismatch(net: Net) -> str | None:
    """Return why a net takes no images, None if it does."""
    if len(net.inputs) != 1:
        return f"the net has {len(net.inputs)} inputs"
    return mismatch(net.blob_shapes[net.inputs[0]])


def _say(line: str) -> None:
    click.echo(printable(line))
