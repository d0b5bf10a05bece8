"""Logical CPUs: asked for before TensorFlow starts, and missed where it was too late."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import tensorflow as tf
from owltf.errors import OwltfError
from owltf.testing import cpu_devices
{}
try:
    cpu_devices.need_cpus(2)
except OwltfError as error:
    print(error)
print(len(tf.config.list_logical_devices("CPU")))
"""
FOUR = "[tf.config.LogicalDeviceConfiguration()] * 4"
CPU = 'tf.config.list_physical_devices("CPU")[0]'


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("", ["2"]),
        # The kit asks for as many as it needs as soon as it is used.
        ("import owltf.testing; owltf.testing.run_layer; tf.constant(1)", ["2"]),
        # More than enough stay.
        (f"tf.config.set_logical_device_configuration({CPU}, {FOUR})", ["4"]),
        (
            "tf.constant(1)\nimport owltf.testing.nets",
            ["2 replicas need 2 logical CPUs, but TensorFlow has started with 1; ", "1"],
        ),
    ],
    ids=["unasked", "asked by the kit", "more than enough", "too late"],
)
def test_there_are_enough_or_it_is_told(before: str, lines: list[str]) -> None:
    command = [sys.executable, "-c", PROGRAM.format(before)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    got = done.stdout.splitlines()
    assert len(got) == len(lines)
    assert all(line.startswith(start) for line, start in zip(got, lines, strict=True))
