"""The options by which a command's user says where it computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from owltf.options.common import take, with_options

if TYPE_CHECKING:
    from owltf.runtime.devices import Devices

DEVICE_FLAGS = ("gpu", "num_gpu", "cpu_replicas")
_OPTIONS = (
    click.option(
        "--gpu", metavar="all|0,2", help="The GPUs to use, by number. Every GPU unless given."
    ),
    click.option("--num-gpu", type=int, metavar="N", help="Use the first N GPUs."),
    click.option("--cpu-replicas", type=int, metavar="N", help="Use N replicas on the CPU."),
)


def device_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--gpu`, `--num-gpu` and `--cpu-replicas`, which `devices_of` takes.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, _OPTIONS)


def devices_of(flags: dict[str, Any]) -> Devices:
    """Take the values of `device_options` out of a command's arguments; return those devices.

    Args:
        flags: the command's arguments by name; they are taken out of it.

    Raises:
        OwltfError: if there are fewer devices, or the values contradict.
    """
    from owltf.runtime.devices import choose_devices

    return choose_devices(**take(flags, DEVICE_FLAGS))
