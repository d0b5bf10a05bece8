"""The parameters of nets: written by a script, changed by an update, shared by nets."""

from __future__ import annotations

import keras
import numpy as np

from owltf.convert.params import Param, ParamBlob
from owltf.pycaffe.memory.param_memory import ParamMemories


def param() -> Param:
    blob = ParamBlob("kernel", caffe="oi", keras="io")
    return Param("ip", 0, blob, keras.Variable(np.arange(6, dtype=np.float32).reshape(3, 2)), 1, 1)


def test_what_a_script_writes_reaches_the_variable() -> None:
    memories, weights = ParamMemories(), param()
    assert memories.of(weights) is memories.of(weights)
    memories.of(weights).array[1, 2] = 9
    memories.push()
    assert weights.variable.numpy()[2, 1] == 9


def test_an_update_reaches_what_a_script_holds() -> None:
    memories, weights = ParamMemories(), param()
    held = memories.of(weights).array
    memories.push()
    weights.variable.assign(np.ones((3, 2), np.float32))
    memories.changed([weights])
    assert (held == 1).all()
