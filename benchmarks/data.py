"""Measures what reading data costs: the records a second of each source, and a net's steps.

    python benchmarks/data.py records --json data.json
    python benchmarks/data.py lenet --json data.json
    python benchmarks/data.py caffenet --json data.json

Programs take turns. `records` puts each source beside the same work in plain Python (lmdb, protobuf
and NumPy), and beside the decoder alone on all processors, which is the limit for JPEGs. Each is in
a process of its own: what memory costs depends on what else a process did. In short turns the
batches that owltf has made ahead count for it, in long ones they do not matter. The others put a
training step with real data beside the same step with synthetic images: a ratio of 1 means that
reading costs nothing. Each puts its figures beside those that the JSON file holds.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import click
import data_plain
import owltf_nets
import tensorflow as tf
from data_files import PHOTOS, photos, write_all
from machine import machine
from served import serve, served
from turns import Program, Timing, take_turns

from owltf.caffe.net.read import net_from_text, read_net
from owltf.convert.context import NetContext
from owltf.data.data_context import DataContext
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

REGISTRY = Registry(make_manager())
_SELF = Path(__file__)
LENET = Path(__file__).parents[1] / "examples" / "mnist" / "lenet_train_test.prototxt"
SOLVER = {"base_lr": 0.0001, "momentum": 0.9, "weight_decay": 0.0005}
SCALED = f"scale: {data_plain.SCALE}"
AUGMENTED = f"crop_size: {data_plain.CROP} mirror: true mean_value: {data_plain.MEAN}"
WARPED = f"crop_size: {data_plain.CROP} mean_value: {data_plain.MEAN}"

Images = Callable[[], Iterator[data_plain.Image]]
Finish = Callable[[data_plain.Image], data_plain.Image]


def of_layer(kind: str, fields: str, transform: str) -> Program:
    """Return a program that takes batches of a data layer in a graph, as a run does."""
    text = f'layer {{ name: "d" type: "{kind}" top: "data" top: "label" {fields}'
    changed = f"transform_param {{ {transform} }}" if transform else ""
    (parameter,) = net_from_text(f"{text} {changed} }}", REGISTRY.schema).parameter.layer
    context = DataContext(parameter, "benchmark", NetContext(REGISTRY, "TRAIN", seed=1))
    source = REGISTRY.data_layers[kind](context)
    # A run takes the images so where it can.
    dataset = source.dataset_channels_last if source.has_channels_last else source.dataset
    iterator = iter(dataset(0))

    @tf.function
    def take(batches: Any) -> Any:
        total = 0.0
        for _ in tf.range(batches):
            total += next(iterator)[0][0, 0, 0, 0]
        return total

    return lambda count: take(tf.constant(count))


@dataclass(frozen=True)
class Source:
    """A source of records, and the programs that read it.

    Attributes:
        name: its name.
        batch: the records of a batch.
        programs: makes each program, by its name.
    """

    name: str
    batch: int
    programs: Mapping[str, Callable[[], Program]]


def sources(folder: Path) -> Iterator[Source]:
    """Yield all sources, of the files in a folder."""
    for size, batch in ((28, 64), (256, 32)):
        for kind in ("lmdb", "leveldb"):
            yield _raw(folder, size, batch, kind)
        fields = f"hdf5_data_param {{ {_named(folder, f'raw{size}.txt', batch)} }}"
        rows = partial(data_plain.rows, folder / f"raw{size}.h5")
        programs = _programs("HDF5Data", fields, "", rows, _same, batch)
        yield Source(f"HDF5 {size}x{size}", batch, programs)
    for kind in ("lmdb", "leveldb"):
        fields = f"data_param {{ {_named(folder, f'jpeg.{kind}', 32)} {_backend(kind)} }}"
        records = partial(data_plain.databases, folder / "jpeg.lmdb", _datum())
        yield _jpeg(f"{kind} JPEG", "Data", fields, AUGMENTED, records, data_plain.augmented)
    root = f'root_folder: "{folder}/"'
    fields = f"image_data_param {{ {_named(folder, 'list.txt', 32)} {root} }}"
    files = partial(data_plain.files, folder, PHOTOS)
    yield _jpeg("ImageData JPEG", "ImageData", fields, AUGMENTED, files, data_plain.augmented)
    fields = f"window_data_param {{ {_named(folder, 'windows.txt', 32)} {root} }}"
    windows = partial(data_plain.windows, folder, PHOTOS)
    yield _jpeg("WindowData JPEG", "WindowData", fields, WARPED, windows, data_plain.less_mean)


def _raw(folder: Path, size: int, batch: int, kind: str) -> Source:
    fields = f"data_param {{ {_named(folder, f'raw{size}.{kind}', batch)} {_backend(kind)} }}"
    records = partial(data_plain.databases, folder / f"raw{size}.lmdb", _datum())
    programs = _programs("Data", fields, SCALED, records, data_plain.scaled, batch)
    return Source(f"{kind} {size}x{size} raw", batch, programs)


def _jpeg(
    name: str, kind: str, fields: str, transform: str, images: Images, finish: Finish
) -> Source:
    programs = _programs(kind, fields, transform, images, finish, 32)
    return Source(name, 32, programs | {"decoder": lambda: data_plain.decoder(photos(), 32)})


def _programs(
    kind: str, fields: str, transform: str, images: Images, finish: Finish, batch: int
) -> dict[str, Callable[[], Program]]:
    return {
        "owltf": lambda: of_layer(kind, fields, transform),
        "plain": lambda: data_plain.batches(images(), finish, batch),
    }


def _datum() -> Any:
    return REGISTRY.schema.message("Datum")


def _named(folder: Path, name: str, batch: int) -> str:
    return f'source: "{folder / name}" batch_size: {batch}'


def _backend(kind: str) -> str:
    return f"backend: {kind.upper()}"


def _same(image: Any) -> Any:
    return image


def synthetic(net: Any, start: Any) -> Any:
    """Return a run's net with a `DummyData` layer for each of its data layers."""
    shapes = {source.name: source.layer.top_shapes for source in start.nets.train.sources}
    for layer in net.layer:
        if layer.name in shapes:
            layer.type = "DummyData"
            for shape in shapes[layer.name]:
                layer.dummy_data_param.shape.add(dim=shape)
    return net


def start_of(net: Any) -> Any:
    """Return a run that is ready to train a net."""
    with tempfile.NamedTemporaryFile("w", suffix=".prototxt") as file:
        file.write(str(net))
        file.flush()
        return owltf_nets.start_of(by_halves=True, net=file.name, **SOLVER)


def compare_steps(net: Any, rounds: int, turn: float) -> dict[str, Any]:
    """Print and return a step's times with a net's own data, and with synthetic images."""
    real = start_of(net)
    without_data = start_of(synthetic(net, real))
    programs = {
        "real data": owltf_nets.loop_of(real),
        "synthetic": owltf_nets.loop_of(without_data),
    }
    timings = take_turns(programs, rounds, turn)
    for name, timing in timings.items():
        click.echo(f"{name:9} {1e3 * timing.best:7.2f} / {1e3 * timing.middle:7.2f} ms a step")
    best, middle = timings["synthetic"].over(timings["real data"])
    click.echo(f"ratio     {best:7.3f} / {middle:7.3f} (minimum / median of {rounds} rounds)")
    return {name: timing.seconds for name, timing in timings.items()}


def add_figures(file: Path | None, part: str, figures: Any) -> None:
    """Put figures beside those of other parts in a JSON file, with the machine that they are of."""
    if file is not None:
        known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        told = {"machine": machine(), **known, part: figures}
        file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


in_json = click.option(
    "--json", "file", type=click.Path(path_type=Path), help="Write the figures to it."
)


@click.group()
def main() -> None:
    """Measure what reading data costs."""


@main.command()
@click.option("--rounds", default=5, show_default=True, help="The turns of each program.")
@click.option("--turn", default=1.5, show_default=True, help="How many seconds a turn lasts.")
@click.option("--only", default="", help="Part of the name of the sources to measure.")
@in_json
def records(rounds: int, turn: float, only: str, file: Path | None) -> None:
    """Measure the records a second of each source, beside plain Python and the decoder."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        write_all(Path(folder))
        for source in sources(Path(folder)):
            if only.lower() in source.name.lower():
                timings = _timings(folder, source, rounds, turn)
                click.echo(f"{source.name:20} {_told(timings, source.batch)}")
                figures[source.name] = {
                    name: source.batch / timing.middle for name, timing in timings.items()
                }
    add_figures(file, "records", figures)


def _timings(folder: str, source: Source, rounds: int, turn: float) -> dict[str, Timing]:
    with ExitStack() as processes:
        programs = {
            name: processes.enter_context(served(_SELF, ["program", folder, source.name, name]))
            for name in source.programs
        }
        return take_turns(programs, rounds, turn)


@main.command(hidden=True)
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("source")
@click.argument("name")
def program(folder: Path, source: str, name: str) -> None:
    """Run one program on a source of a folder, as the process that started this one wants it."""
    (found,) = (each for each in sources(folder) if each.name == source)
    serve(found.programs[name]())


def _told(timings: Mapping[str, Timing], batch: int) -> str:
    ours, *others = timings
    rates = {name: f"{batch / timing.middle:,.0f}" for name, timing in timings.items()}
    beside = [
        f"{each} {rates[each]} ({timings[each].over(timings[ours])[1]:.2f})" for each in others
    ]
    return f"{rates[ours]:>9} records/s; {', '.join(beside)}"


@main.command()
@click.option("--rounds", default=7, show_default=True, help="The turns of each program.")
@click.option("--turn", default=5.0, show_default=True, help="How many seconds a turn lasts.")
@in_json
def lenet(rounds: int, turn: float, file: Path | None) -> None:
    """Measure LeNet's step from an LMDB of 28 x 28 pixels."""
    net = read_net(LENET, REGISTRY.schema).parameter
    with tempfile.TemporaryDirectory() as folder:
        write_all(Path(folder))
        for layer in net.layer:
            if layer.type == "Data":
                layer.data_param.source = f"{folder}/raw28.lmdb"
        add_figures(file, "lenet", compare_steps(net, rounds, turn))


@main.command()
@click.option("--rounds", default=5, show_default=True, help="The turns of each program.")
@click.option("--turn", default=8.0, show_default=True, help="How many seconds a turn lasts.")
@in_json
def caffenet(rounds: int, turn: float, file: Path | None) -> None:
    """Measure CaffeNet's step from JPEG files, cropped and mirrored."""
    with tempfile.TemporaryDirectory() as folder:
        write_all(Path(folder))
        net = read_net(owltf_nets.NETS / "caffenet.prototxt", REGISTRY.schema).parameter
        fields = f'{_named(Path(folder), "list.txt", 32)} root_folder: "{folder}/"'
        text = f"""layer {{ name: "data" type: "ImageData" top: "data" top: "label"
          image_data_param {{ {fields} }} transform_param {{ {AUGMENTED} }} }}"""
        net.layer[0].CopyFrom(net_from_text(text, REGISTRY.schema).parameter.layer[0])
        add_figures(file, "caffenet", compare_steps(net, rounds, turn))


if __name__ == "__main__":
    main()
