"""What the tests of layers share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tensorflow as tf

# Lets every folder below import `oracle_case`.
sys.path.insert(0, str(Path(__file__).parent))


def _two_cpus() -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    if len(tf.config.get_logical_device_configuration(cpu) or ()) < 2:
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


# Before anything starts TensorFlow, after which devices are fixed.
_two_cpus()


@pytest.fixture
def two_replicas() -> tf.distribute.MirroredStrategy:
    """Return a strategy over two logical CPUs."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
