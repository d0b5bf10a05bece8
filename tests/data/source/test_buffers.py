from __future__ import annotations

import gc

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.source import buffers
from owltf.data.source.buffers import empty_aligned


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(3, 5), (300, 500)])
def test_arrays_are_aligned(dtype, shape):
    array = empty_aligned(shape, dtype)
    assert array.shape == shape
    assert array.dtype == dtype
    assert array.ctypes.data % 64 == 0
    assert array.flags.c_contiguous


def test_memory_is_used_again_when_no_view_is_left():
    buffers._free.clear()
    array = empty_aligned((700, 500), np.uint8)
    address, row = array.ctypes.data, array.reshape(500, 700)[3].view(np.int8)
    row[:] = 5
    del array
    gc.collect()
    assert not buffers._free
    assert empty_aligned((700, 500), np.uint8).ctypes.data != address
    del row
    gc.collect()
    kept = [empty_aligned((699, 500), np.uint8) for _ in range(2)]
    assert address in [each.ctypes.data for each in kept]


def test_a_tensor_keeps_its_memory():
    tensors = []
    for number in range(20):
        made = tf.numpy_function(_filled, [number], tf.float32)
        tensors.append(made)
    assert [float(each[0]) for each in tensors] == list(range(20))
    assert [float(each[-1]) for each in tensors] == list(range(20))


def _filled(number):
    array = empty_aligned((100_000,), np.float32)
    array[:] = number
    return array


def test_no_more_is_kept_than_some():
    many = [empty_aligned((size << 18,), np.uint8) for size in range(1, 30)]
    del many
    gc.collect()
    assert len(buffers._free) <= 8
