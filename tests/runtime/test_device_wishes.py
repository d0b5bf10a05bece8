"""Wishes for devices that make no sense are found without TensorFlow."""

from __future__ import annotations

from typing import Any

import pytest

from owltf.errors import OwltfError
from owltf.runtime.device_wishes import check_wishes, gpu_numbers


@pytest.mark.parametrize("wish", [{}, {"gpu": "all"}, {"gpu": "0, 2"}, {"num_gpu": 1}])
def test_one_wish_or_none(wish: dict[str, Any]) -> None:
    check_wishes(**wish)


def test_numbers_of_gpus() -> None:
    assert gpu_numbers("0, 2") == [0, 2]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"num_gpu": 0}, "--num-gpu must be at least 1, got 0"),
        ({"cpu_replicas": -1}, "--cpu-replicas must be at least 1, got -1"),
        ({"gpu": "a"}, "numbers joined by commas, or all; got 'a'"),
        ({"gpu": "\u00b2"}, "numbers joined by commas"),
        ({"gpu": ""}, "numbers joined by commas"),
        ({"gpu": "1,1"}, "names a GPU twice"),
        ({"gpu": "0", "num_gpu": 1}, "give one of"),
    ],
)
def test_wishes_that_make_no_sense(wish: dict[str, Any], reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        check_wishes(**wish)
