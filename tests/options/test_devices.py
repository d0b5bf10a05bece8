"""The options that say where a command computes."""

from __future__ import annotations

from typing import Any

import click
from click.testing import CliRunner

from owltf.options.devices import device_options, devices_of


@click.command()
@device_options
def command(**flags: Any) -> None:
    devices = devices_of(flags)
    assert not flags
    print(*devices.names)


def test_the_values_are_devices() -> None:
    runner = CliRunner()
    assert runner.invoke(command, ["--cpu-replicas", "2"]).stdout == "CPU 0 CPU 1\n"
    assert runner.invoke(command, ["--num-gpu", "1"]).stdout.startswith(("CPU", "GPU 0"))
    refused = runner.invoke(command, ["--gpu", "0", "--cpu-replicas", "2"])
    assert "give one of --gpu, --num-gpu and --cpu-replicas" in str(refused.exception)


def test_help_names_them_in_order() -> None:
    said = CliRunner().invoke(command, ["--help"]).stdout
    assert said.index("--gpu") < said.index("--num-gpu") < said.index("--cpu-replicas")
