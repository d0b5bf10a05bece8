"""What the tests of layers share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tensorflow as tf

# Lets every folder below import `oracle_case`.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def two_replicas() -> tf.distribute.MirroredStrategy:
    """Return a strategy over two logical CPUs."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
