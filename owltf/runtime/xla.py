"""Lets XLA compile what it can of each graph, for GPUs."""

from __future__ import annotations

import os

import tensorflow as tf

from owltf.runtime.standard_ops import may_use_gpu_ops

_FOR_CPUS = "--tf_xla_cpu_global_jit"


def set_xla(is_wanted: bool) -> None:
    """Let TensorFlow cluster the operations of graphs for XLA, or not; others run as they are."""
    wanted = "autoclustering" if is_wanted else ""
    if tf.config.optimizer.get_jit() != wanted:
        tf.config.optimizer.set_jit(wanted or False)


def xla_notes(is_wanted: bool) -> list[str]:
    """Return a sentence for the user where XLA is wanted and TensorFlow does not use it."""
    if not is_wanted or may_use_gpu_ops() or _FOR_CPUS in os.environ.get("TF_XLA_FLAGS", ""):
        return []
    return [f"--xla is for GPUs: on a CPU it does nothing, unless TF_XLA_FLAGS has {_FOR_CPUS}"]
