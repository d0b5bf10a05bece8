"""What the tests of layers share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import owltf_exporter
import pytest
import tensorflow as tf

from owltf.testing import check_forms, use_plugins

# Lets every folder below import `oracle_case`.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def two_replicas() -> tf.distribute.MirroredStrategy:
    """Return a strategy over two logical CPUs."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture
def check_onnx(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., None]]:
    """Return what runs a layer in onnxruntime and compares it with the net; it must have a form."""
    pytest.importorskip("onnx", reason="onnx is not installed: owltf[onnx]")
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

    def check(net: str, bottoms: Sequence[np.ndarray], params: Sequence[np.ndarray] = ()) -> None:
        check_forms(net, bottoms, params=params)
        assert not capsys.readouterr().out

    with use_plugins(owltf_exporter):
        yield check
