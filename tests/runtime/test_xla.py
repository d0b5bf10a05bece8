"""What TensorFlow is told of XLA, and when the user is told that it does nothing."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from owltf.runtime.xla import set_xla, xla_notes


def test_clustering_is_switched_on_and_off() -> None:
    for is_wanted, mode in ((True, "autoclustering"), (False, ""), (False, "")):
        set_xla(is_wanted)
        assert tf.config.optimizer.get_jit() == mode


def test_a_cpu_says_that_it_does_nothing(monkeypatch: Any) -> None:
    monkeypatch.delenv("TF_XLA_FLAGS", raising=False)
    assert xla_notes(False) == []
    assert "is for GPUs" in xla_notes(True)[0]
    monkeypatch.setenv("TF_XLA_FLAGS", "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit")
    assert xla_notes(True) == []
