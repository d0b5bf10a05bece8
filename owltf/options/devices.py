"""The options `--gpu`, `--num-gpu` and `--cpu-replicas`, which choose a command's devices."""

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
    """Add `--gpu`, `--num-gpu` and `--cpu-replicas` to a command; `devices_of` reads them.

    Args:
        command: the command's function, before `click.command()` decorates it.
    """
    return with_options(command, _OPTIONS)


def devices_of(flags: dict[str, Any], **cluster: Any) -> Devices:
    """Return the devices that the options of `device_options` choose.

    Args:
        flags: the command's arguments by name; those of the options are removed from it.
        **cluster: further arguments of `choose_devices`, where a command runs on several machines.

    Raises:
        OwltfError: if there are fewer devices, or the values contradict each other.
    """
    from owltf.runtime.devices import choose_devices

    return choose_devices(**take(flags, DEVICE_FLAGS), **cluster)
