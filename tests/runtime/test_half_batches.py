"""HalfBatches: batches in halves and whole, and which devices can be made so."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.compiled import compiled
from owltf.runtime.devices import Devices, one_cpu
from owltf.runtime.half_batches import HalfBatches, half_batches
from owltf.runtime.replicas import replica_count

ROWS = np.arange(14.0, dtype=np.float32).reshape(7, 2)
HALVES = HalfBatches(tf.distribute.get_strategy(), ("CPU",))
# TensorFlow takes another number of threads only before it starts.
IN_A_PROCESS = """
import tensorflow as tf
from owltf.runtime import half_batches
from owltf.runtime.devices import Devices, one_cpu
half_batches.threads = lambda: {threads}
{before}
made = half_batches.half_batches(one_cpu())
config = tf.config.threading
print(made.parts_of_batch, config.get_inter_op_parallelism_threads(),
      config.get_intra_op_parallelism_threads())
"""


def test_a_batch_is_split_and_joined() -> None:
    batch = {"data": tf.constant(ROWS), "anchors": tf.constant([3.0])}

    def run() -> Any:
        parts = HALVES.split(batch, whole=["anchors"])
        made = HALVES.run(lambda own, by: own["data"] * own["anchors"] * by, parts, 2.0)
        return HALVES.parts(made), HALVES.joined(made, 7), HALVES.first(made)

    halves, whole, first = compiled(run)()
    assert [len(each) for each in halves] == [4, 3]
    np.testing.assert_array_equal(whole, 6 * ROWS)
    np.testing.assert_array_equal(first, halves[0])


@pytest.mark.parametrize("spec", [tf.TensorSpec((1, 2)), tf.TensorSpec((None, 2))], ids=str)
def test_one_row_and_an_unknown_number_are_computed_whole(spec: tf.TensorSpec) -> None:
    def run(data: Any) -> Any:
        made = HALVES.run(
            lambda own: (own["data"] * 2, tf.constant(replica_count())),
            HALVES.split({"data": data}),
        )
        return [HALVES.joined(each, None) for each in made]

    doubled, parts = compiled(run, spec)(tf.constant(ROWS[:1]))
    np.testing.assert_array_equal(doubled, 2 * ROWS[:1])
    assert int(parts) == 1


def test_variables_are_updated_once_with_the_sum() -> None:
    weight = tf.Variable(1.0)
    grads = HALVES.run(lambda own: [tf.reduce_sum(own["x"])], HALVES.split({"x": ROWS}))
    HALVES.update(lambda given: weight.assign_sub(given[0]), grads)
    assert float(weight) == 1 - ROWS.sum()


def test_other_devices_and_a_started_tensorflow_are_left_alone() -> None:
    tf.constant(1.0)
    gpu = Devices(tf.distribute.get_strategy(), ("GPU 0",))
    assert half_batches(gpu) is gpu
    cpu = one_cpu()
    assert half_batches(cpu) is cpu
    with pytest.raises(OwltfError, match="half batches need a CPU of 2 to 4 threads"):
        half_batches(cpu, is_asked=True)


@pytest.mark.parametrize(
    ("threads", "before", "wanted"),
    [
        (2, "", "2 2 1"),
        (4, "", "2 2 2"),
        (1, "", "1 0 0"),
        (8, "", "1 0 0"),
        (2, "tf.config.threading.set_intra_op_parallelism_threads(2)", "1 0 2"),
        (2, "tf.constant(1)", "1 0 0"),
        (2, "half_batches.half_batches(one_cpu()); tf.constant(1)", "2 2 1"),
    ],
)
def test_the_threads_of_each_half(threads: int, before: str, wanted: str) -> None:
    program = IN_A_PROCESS.format(threads=threads, before=before)
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=quiet, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == wanted
