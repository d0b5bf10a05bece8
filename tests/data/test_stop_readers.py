"""A program ends, whatever its readers are doing and whoever still holds their pipelines."""

from __future__ import annotations

import subprocess
import sys

import pytest

READS_AT_EXIT = """
import time
from types import SimpleNamespace
import numpy as np, tensorflow as tf
from owltf.data.pipeline import read_ahead, read_chunks

def read(number):
    time.sleep({seconds})
    return [np.float32(number), np.array([b"a", b"b"])]

def run():
    layer = SimpleNamespace(failure=None)
    specs = [tf.TensorSpec([], tf.float32), tf.TensorSpec([None], tf.string)]
    batches = iter(read_ahead(read_chunks(layer, read, 0, 1, specs), 9))
    step = tf.function(lambda: next(batches))
    print(step()[0].numpy())
    return batches, step

{run}
"""


@pytest.mark.parametrize("run", ["run()", "kept = run()"])
@pytest.mark.parametrize("seconds", [0, 0.3])
def test_a_program_ends_while_a_reader_reads(run: str, seconds: float) -> None:
    command = [sys.executable, "-c", READS_AT_EXIT.format(run=run, seconds=seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "0.0\n")
