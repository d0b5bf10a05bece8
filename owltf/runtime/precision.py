"""The type of number that products of weights are computed with: float32, or a narrower one.

Weights, their updates, losses and normalisers are float32 whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorflow as tf

from owltf.runtime.standard_ops import may_use_gpu_ops
from owltf.runtime.step import current_step

_PASS = "auto_mixed_precision_onednn_bfloat16"
# Those in which tensors are float32, whatever a product makes of them.
_WIDE = ("float32", "tf32")
_CPU_FLAGS = ("amx_bf16", "avx512_bf16")
_CPUS = Path("/proc/cpuinfo")


def set_precision(precision: str) -> None:
    """Let TensorFlow narrow the products of all graphs that are traced from now on, or none.

    It does so for bfloat16 on a CPU, by a pass over the graph which also narrows what is between
    two products. For other types and devices `narrowed` does it.

    Args:
        precision: "float32", "tf32", "bfloat16" or "float16".
    """
    is_wanted = by_graph_pass(precision)
    if tf.config.optimizer.get_experimental_options().get(_PASS, False) != is_wanted:
        tf.config.optimizer.set_experimental_options({_PASS: is_wanted})


def set_tensor_float32(precision: str) -> None:
    """Let GPUs round the factors of products to 10 bits if the type is "tf32", and not otherwise.

    TensorFlow lets them unless told not to, which leaves three digits of Caffe's figures.
    """
    tf.config.experimental.enable_tensor_float_32_execution(precision == "tf32")


def by_graph_pass(precision: str) -> bool:
    """Return whether TensorFlow's own pass narrows the products."""
    return precision == "bfloat16" and not may_use_gpu_ops()


def narrow_type(precision: str) -> str | None:
    """Return the type that `narrowed` computes with; None for float32, or if the pass does it."""
    return None if precision in _WIDE or by_graph_pass(precision) else precision


def narrowed(product: Callable[..., Any], *tensors: Any) -> Any:
    """Return a product of float32 tensors as float32, computed in the run's narrower type.

    Its gradients are computed in that type as well, and are float32.

    Args:
        product: the product of tensors of one type.
        *tensors: its factors.
    """
    step = current_step()
    if step is None or step.narrow is None:
        return product(*tensors)
    narrow = (tf.cast(tensor, step.narrow) for tensor in tensors)
    return tf.cast(product(*narrow), tf.float32)


def precision_notes(precision: str) -> list[str]:
    """Return a sentence for the user where a type brings no speed on this machine."""
    if precision == "float32" or may_use_gpu_ops():
        return []
    if precision == "tf32":
        return ["tf32 is for GPUs: on a CPU it is float32"]
    if precision == "float16":
        return ["float16 is for GPUs: on a CPU it is slower than float32; bfloat16 is for CPUs"]
    if _has_bfloat16():
        return []
    return [
        "bfloat16: this CPU has neither AMX nor AVX512-BF16, without which it is no faster than "
        "float32"
    ]


def _has_bfloat16() -> bool:
    flags = _CPUS.read_text().split() if _CPUS.exists() else []
    return any(each in flags for each in _CPU_FLAGS)
