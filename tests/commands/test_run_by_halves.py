"""`owltf run` in a process of its own, where TensorFlow takes a number of threads."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from run_case import Case, in_a_process

from owltf.runtime.threads import threads

_CANNOT = not 2 <= threads() <= 4 or bool(tf.config.list_physical_devices("GPU"))


@pytest.mark.skipif(_CANNOT, reason="not a CPU of 2 to 4 threads")
def test_halves_end_where_whole_batches_do(case: Case) -> None:
    lines = in_a_process().splitlines()
    assert any("Devices: CPU, both halves of a batch at once; 4 images" in line for line in lines)
    halves = case.weights("snap_iter_6.caffemodel")
    lines = in_a_process("--whole-batches").splitlines()
    assert any("Devices: CPU; 4 images" in line for line in lines)
    whole = case.weights("snap_iter_6.caffemodel")
    for name, blobs in whole.items():
        for got, wanted in zip(halves[name], blobs, strict=True):
            np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_what_needs_whole_batches_is_named(case: Case) -> None:
    result = case.run("solver.prototxt", "--half-batches", "--cpu-replicas", "2")
    assert result.exit_code == 2
    assert "half batches: --cpu-replicas needs whole batches" in result.stderr


@pytest.mark.skipif(_CANNOT, reason="not a CPU of 2 to 4 threads")
def test_a_resumed_run_computes_batches_as_the_one_before_it_did(case: Case) -> None:
    in_a_process("--whole-batches")
    ended = case.contents()
    lines = in_a_process("--snapshot", "1").splitlines()
    assert any("Devices: CPU; 4 images" in line for line in lines)
    assert {name: data for name, data in case.contents().items() if "iter_6" in name} == {
        name: data for name, data in ended.items() if "iter_6" in name
    }
