"""Measures what reading data costs: LeNet's step with an LMDB and with synthetic images.

    python examples/mnist/make_lmdb.py
    python benchmarks/data.py

A ratio of 1 means that reading costs nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import click
import owltf_nets
from turns import take_turns

from owltf.caffe.net.read import read_net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

NET = Path(__file__).parents[1] / "examples" / "mnist" / "lenet_train_test.prototxt"
SOLVER = {"base_lr": 0.0001, "momentum": 0.9, "weight_decay": 0.0005}


def synthetic(start: Any) -> Any:
    """Return the run's net with a `DummyData` layer for each of its data layers."""
    shapes = {source.name: source.layer.top_shapes for source in start.nets.train.sources}
    net = read_net(NET, Registry(make_manager()).schema).parameter
    for layer in net.layer:
        if layer.type == "Data":
            layer.type = "DummyData"
            for shape in shapes[layer.name]:
                layer.dummy_data_param.shape.add(dim=shape)
    return net


@click.command()
@click.option("--rounds", default=7, show_default=True, help="The turns of each program.")
@click.option("--turn", default=5.0, show_default=True, help="How many seconds a turn lasts.")
def main(rounds: int, turn: float) -> None:
    """Measure what reading an LMDB costs a training step."""
    real = owltf_nets.start_of(net=str(NET), **SOLVER)
    without_data = owltf_nets.start_of(net_param=synthetic(real), **SOLVER)
    programs = {
        "LMDB": owltf_nets.loop_of(real),
        "synthetic": owltf_nets.loop_of(without_data),
    }
    timings = take_turns(programs, rounds, turn)
    for name, timing in timings.items():
        click.echo(f"{name:9} {1e3 * timing.best:6.2f} / {1e3 * timing.middle:6.2f} ms a step")
    best, middle = timings["synthetic"].over(timings["LMDB"])
    click.echo(f"synthetic : LMDB  {best:.3f} / {middle:.3f} (minimum / median of {rounds} rounds)")


if __name__ == "__main__":
    main()
