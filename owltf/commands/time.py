"""owltf time: how long a net takes, layer by layer, as Caffe's `time` says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from owltf.commands.table import print_table
from owltf.options.devices import device_options, devices_of
from owltf.options.input_shapes import input_shape_option
from owltf.options.net import net_options
from owltf.signals.stoppable import StoppableCommand

if TYPE_CHECKING:
    from owltf.inference.layer_times import LayerTime

_HEADINGS = ("layer", "type", "forward ms", "backward ms", "params", "mult-adds", "memory MiB")
_MIB = 2**20


@click.command(cls=StoppableCommand)
@click.argument("net", metavar="NET")
@click.option(
    "--phase",
    type=click.Choice(["TRAIN", "TEST"]),
    default="TRAIN",
    show_default=True,
    help="The net's phase.",
)
@click.option(
    "--iterations",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help="Passes that each time is the median of; one more comes before them.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; times are in milliseconds.")
@click.option("--plot", is_flag=True, help="Print the times as a bar chart.")
@click.option("--caffe-lines", is_flag=True, help="Print the lines that `caffe time` prints.")
@input_shape_option
@net_options
@device_options
@click.pass_context
def time(
    context: click.Context,
    /,
    net: str,
    iterations: int,
    as_json: bool,
    plot: bool,
    caffe_lines: bool,
    **flags: Any,
) -> None:
    """Measure how long a net's layers take, forward and backward.

    NET is the prototxt of a net or of a solver. Each layer is run by itself on a batch of the net's
    own data, or on random images where it has none; data layers are not timed. The last row is the
    whole net, run in one piece, which is often faster than the sum. `backward` is the time that
    gradients add.
    """
    if as_json + plot + caffe_lines > 1:
        raise click.UsageError("give one of --json, --plot and --caffe-lines", context)
    *layers, whole = _measured(context.obj, net, iterations, flags)
    if as_json:
        click.echo(json.dumps({"layers": [*map(asdict, layers)], "net": asdict(whole)}, indent=1))
    elif caffe_lines:
        for line in lines_of_caffe(layers, whole, iterations):
            click.echo(line)
    elif plot:
        for line in bars([*layers, whole], shutil.get_terminal_size().columns):
            click.echo(line)
    else:
        print_table(_HEADINGS, [*map(_row, layers), _row(whole)])


def _measured(registry: Any, net: str, iterations: int, flags: dict[str, Any]) -> list[LayerTime]:
    from owltf.options.early_checks import check_early

    check_early(registry, net, flags)
    if all(flags[name] is None for name in ("gpu", "num_gpu", "cpu_replicas")):
        flags["num_gpu"] = 1
    from owltf.runtime.start_tensorflow import start_tensorflow

    start_tensorflow()
    from owltf.errors import OwltfError
    from owltf.inference.layer_times import layer_times, net_inputs, whole_time
    from owltf.inference.load_net import load_net

    devices = devices_of(flags)
    if devices.count > 1:
        raise OwltfError("owltf time measures one device; give --gpu N or --cpu-replicas 1")
    with devices.scope():
        built = load_net(net, registry=registry, devices=devices, optimize=False, **flags)
        inputs = net_inputs(built)
        layers = list(layer_times(built, inputs, iterations))
        return [*layers, whole_time(built, inputs, iterations, layers)]


def _row(layer: LayerTime) -> tuple[str, ...]:
    return (
        layer.name,
        layer.type or "whole net",
        _shown(layer.forward),
        _shown(layer.backward),
        f"{layer.params:,}" if layer.params else "",
        f"{layer.multiply_adds:,}" if layer.multiply_adds else "",
        f"{layer.memory / _MIB:.2f}",
    )


def _shown(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:.3f}"


def lines_of_caffe(layers: Sequence[LayerTime], whole: LayerTime, iterations: int) -> Iterator[str]:
    """Yield the lines in which `caffe time` tells what layers and their net cost.

    Args:
        layers: what layers cost; of data layers, which are not timed, there is no line.
        whole: what the net costs.
        iterations: how many passes were timed.
    """
    forward, backward = whole.forward or 0, whole.backward or 0
    yield "*** Benchmark begins ***"
    yield f"Testing for {iterations} iterations."
    yield "Average time per layer: "
    for layer in layers:
        if layer.forward is not None:
            yield f"{layer.name:>10}\tforward: {layer.forward:.6g} ms."
            yield f"{layer.name:>10}\tbackward: {layer.backward or 0:.6g} ms."
    yield f"Average Forward pass: {forward:.6g} ms."
    yield f"Average Backward pass: {backward:.6g} ms."
    yield f"Average Forward-Backward: {forward + backward:.6g} ms."
    yield f"Total Time: {(forward + backward) * iterations:.6g} ms."
    yield "*** Benchmark ends ***"


def bars(layers: Sequence[LayerTime], columns: int) -> list[str]:
    """Return a bar chart of times as lines: forward in `#`, backward in `=`.

    Args:
        layers: what layers cost; the last one is the whole net, which has no bar.
        columns: the longest line.
    """
    names = min(24, max(len(layer.name) for layer in layers))
    room = max(10, columns - names - 14)
    timed = [layer for layer in layers[:-1] if layer.forward is not None]
    most = max((_sum(layer) for layer in timed), default=0) or 1
    lines = [f"{'':{names}}  {'ms':>9}  forward #, backward ="]
    for layer in timed:
        forward = round(room * (layer.forward or 0) / most)
        both = round(room * _sum(layer) / most)
        bar = "#" * forward + "=" * (both - forward)
        lines.append(f"{layer.name[:names]:{names}}  {_sum(layer):9.3f}  {bar}".rstrip())
    return [*lines, f"{'whole net':{names}}  {_sum(layers[-1]):9.3f}"]


def _sum(layer: LayerTime) -> float:
    return (layer.forward or 0) + (layer.backward or 0)
