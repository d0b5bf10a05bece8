"""owltf devices: what a run can compute on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from owltf.commands.table import print_table
from owltf.signals.stoppable import StoppableCommand


@click.command(cls=StoppableCommand)
def devices() -> None:
    """List the devices that owltf can compute on, and the options that choose them."""
    from owltf.runtime.start_tensorflow import start_tensorflow

    start_tensorflow()
    print_table(("device", "name", "option"), list(_rows()))


def _rows() -> Iterator[tuple[str, str, str]]:
    import tensorflow as tf

    from owltf.runtime.threads import threads

    for number, gpu in enumerate(tf.config.list_physical_devices("GPU")):
        yield (
            f"GPU {number}",
            _gpu(tf.config.experimental.get_device_details(gpu)),
            f"--gpu {number}",
        )
    yield "CPU", f"{threads()} threads", "--cpu-replicas 1"


def _gpu(details: dict[str, Any]) -> str:
    major, minor = details.get("compute_capability", ("?", "?"))
    return f"{details.get('device_name', 'unknown')}, compute capability {major}.{minor}"
