"""Products in narrower types than float32."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.runtime import precision as module
from owltf.runtime.precision import (
    by_graph_pass,
    narrow_type,
    narrowed,
    precision_notes,
    set_precision,
    set_tensor_float32,
)
from owltf.runtime.step import Step, step
from owltf.testing.nets import net_of, one_layer

RNG = np.random.default_rng(0)
X, KERNEL = (RNG.normal(size=shape).astype(np.float32) for shape in ((4, 5), (5, 3)))
PASS = "auto_mixed_precision_onednn_bfloat16"


@pytest.fixture(autouse=True)
def float32_again() -> Iterator[None]:
    yield
    set_precision("float32")


@pytest.mark.parametrize("narrow", ["bfloat16", "float16"])
def test_a_product_is_narrow_and_its_result_is_not(narrow: str) -> None:
    x, kernel = tf.constant(X), tf.constant(KERNEL)
    seen: list[Any] = []

    def product(x: Any, kernel: Any) -> Any:
        seen.extend((x.dtype, kernel.dtype))
        return tf.matmul(x, kernel)

    with step(Step(tf.zeros((), tf.int64), 1, 0, 1, narrow=narrow)), tf.GradientTape() as tape:
        tape.watch((x, kernel))
        top = narrowed(product, x, kernel)
    grads = tape.gradient(top, (x, kernel))
    assert seen == [tf.as_dtype(narrow)] * 2
    assert {each.dtype for each in (top, *grads)} == {tf.float32}
    wanted = tf.matmul(tf.cast(x, narrow), tf.cast(kernel, narrow))
    np.testing.assert_array_equal(top, tf.cast(wanted, tf.float32))
    np.testing.assert_allclose(top, X @ KERNEL, rtol=0.1, atol=0.05)
    np.testing.assert_allclose(grads[1], X.T @ np.ones((4, 3)), rtol=0.1, atol=0.05)


def test_products_are_rounded_for_tf32_alone() -> None:
    is_on = tf.config.experimental.tensor_float_32_execution_enabled
    for precision, wanted in (
        ("tf32", True),
        ("bfloat16", False),
        ("tf32", True),
        ("float32", False),
    ):
        set_tensor_float32(precision)
        assert is_on() is wanted
    assert narrow_type("tf32") is None
    set_tensor_float32("tf32")
    net_of(one_layer('type: "ReLU"', (2, 3)))
    assert is_on() is False


def test_without_a_run_products_are_as_they_are() -> None:
    np.testing.assert_array_equal(narrowed(tf.matmul, X, KERNEL), tf.matmul(X, KERNEL))


def test_tensorflows_pass_is_for_bfloat16_on_a_cpu() -> None:
    for precision, is_wanted in (("bfloat16", True), ("float16", False), ("float32", False)):
        set_precision(precision)
        assert by_graph_pass(precision) is is_wanted
        assert bool(tf.config.optimizer.get_experimental_options().get(PASS)) is is_wanted
    assert [narrow_type(each) for each in ("float32", "bfloat16", "float16")] == [
        None,
        None,
        "float16",
    ]


@pytest.mark.parametrize(
    ("precision", "flags", "notes"),
    [
        ("float32", "", 0),
        ("tf32", "amx_bf16", 1),
        ("float16", "amx_bf16", 1),
        ("bfloat16", "sse avx512_bf16", 0),
        ("bfloat16", "sse avx2", 1),
    ],
)
def test_what_brings_no_speed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: str, flags: str, notes: int
) -> None:
    (tmp_path / "cpuinfo").write_text(f"flags : {flags}\n")
    monkeypatch.setattr(module, "_CPUS", tmp_path / "cpuinfo")
    found = precision_notes(precision)
    assert len(found) == notes
    assert all(precision in note for note in found)
