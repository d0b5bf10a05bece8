"""When a run computes both halves of each batch at once."""

from __future__ import annotations

from typing import Any

import pytest

from owltf.caffe.net.read import net_from_text
from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.options.half_batches import half_batches_words, wants_halves

FLAGS = dict.fromkeys(["half_batches", "gpu", "num_gpu", "cpu_replicas", "recompute", "xla"])
SMALL = "layer { name: 'ip' type: 'InnerProduct' inner_product_param { num_output: 900 } }"
LARGE = SMALL.replace("900", "4096")
WHOLE = "layer { name: 'bn' type: 'BatchNorm' }"


def wants(text: str, **flags: Any) -> bool:
    solver = {"debug_info": False, "is_cluster": False}
    solver.update({name: flags.pop(name) for name in solver.keys() & flags})
    nets = [net_from_text(text, load_schema(), "n.prototxt")]
    return wants_halves(nets, {**FLAGS, "precision": "float32", **flags}, **solver)


@pytest.mark.parametrize(
    ("text", "wish", "wanted"),
    [
        (SMALL, None, None),
        (SMALL, False, False),
        (LARGE, None, False),
        (LARGE, True, True),
        (WHOLE, None, False),
    ],
)
def test_the_net_and_the_wish_decide(text: str, wish: bool | None, wanted: bool | None) -> None:
    assert wants(text, half_batches=wish) is wanted


REASONS = [
    ({"cpu_replicas": 1}, "--cpu-replicas"),
    ({"num_gpu": 1}, "--num-gpu"),
    ({"recompute": True}, "--recompute"),
    ({"precision": "bfloat16"}, "--precision bfloat16"),
    ({"debug_info": True}, "debug_info"),
    ({"is_cluster": True}, "a run on several machines"),
]


@pytest.mark.parametrize(("flags", "reason"), REASONS)
def test_other_options_need_whole_batches(flags: dict[str, Any], reason: str) -> None:
    assert wants(SMALL, **flags) is False
    with pytest.raises(OwltfError, match=f"^half batches: {reason} needs whole batches"):
        wants(SMALL, half_batches=True, **flags)


def test_a_layer_that_needs_the_whole_batch_is_named() -> None:
    with pytest.raises(OwltfError, match=r"layer 'bn' \(BatchNorm, n.prototxt:1\) needs whole"):
        wants(WHOLE, half_batches=True)


@pytest.mark.parametrize(
    ("wish", "words"), [(None, ()), (True, ("--half-batches",)), (False, ("--whole-batches",))]
)
def test_a_resumed_run_is_asked_for_the_same(wish: bool | None, words: tuple[str, ...]) -> None:
    assert half_batches_words(wish) == words
