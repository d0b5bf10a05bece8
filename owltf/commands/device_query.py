"""owltf device_query: the devices that TensorFlow finds, and what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from owltf.runtime.device_wishes import check_wishes
from owltf.signals.stoppable import StoppableCommand


@click.command("device_query", cls=StoppableCommand)
@click.option("--gpu", metavar="all|0,2", help="These GPUs alone, by number.")
def device_query(gpu: str | None) -> None:
    """Tell the GPUs, or that there is none."""
    check_wishes(gpu=gpu)
    from owltf.runtime.start_tensorflow import start_tensorflow

    start_tensorflow()
    for line in _lines(gpu):
        click.echo(line)


def _lines(gpu: str | None) -> Iterator[str]:
    import tensorflow as tf

    from owltf.runtime.devices import choose_devices

    found = tf.config.list_physical_devices("GPU")
    if gpu is not None:
        choose_devices(gpu=gpu)
    if not found:
        yield "No GPU; computing on the CPU"
    wanted = range(len(found)) if gpu in (None, "all") else [int(each) for each in gpu.split(",")]
    for number in wanted:
        yield from _about(number, tf.config.experimental.get_device_details(found[number]))


def _about(number: int, details: dict[str, Any]) -> Iterator[str]:
    yield f"Device id:                     {number}"
    major, minor = details.get("compute_capability", ("?", "?"))
    yield f"Major revision number:         {major}"
    yield f"Minor revision number:         {minor}"
    yield f"Name:                          {details.get('device_name', '?')}"
