"""Splits the CPU into several TensorFlow devices, to test several replicas without a GPU."""

from __future__ import annotations

import tensorflow as tf

from owltf.errors import OwltfError


def ask_for_cpus(count: int) -> None:
    """Give TensorFlow `count` logical CPUs, unless it has as many or has already started."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    configured = tf.config.get_logical_device_configuration(cpu) or ()
    if len(configured) >= count:
        return
    try:
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * count
        )
    except RuntimeError:
        # TensorFlow has started. That matters only to callers who use the devices, and `need_cpus`
        # tells them.
        return


def need_cpus(count: int) -> None:
    """Check that TensorFlow has `count` logical CPUs.

    Raises:
        OwltfError: if it has started with fewer.
    """
    ask_for_cpus(count)
    found = len(tf.config.list_logical_devices("CPU"))
    if found < count:
        raise OwltfError(
            f"{count} replicas need {count} logical CPUs, but TensorFlow has started with {found}; "
            "import owltf.testing's functions before anything runs, or give replicas=1"
        )
