"""A small budget of `readers.py`: every kind of file, damaged, in a process that may crash."""

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from damage import absurd, damaged
from readers import WEIGHTS, fuzz


def test_damaged_files() -> None:
    pytest.importorskip("lmdb")
    found = list(fuzz(inputs=250, seed=0))
    assert {kind for kind, _ in found} == set(WEIGHTS)
    wrong = [(kind, ending) for kind, ending in found if ending not in ("read", "refused")]
    assert not wrong
    assert {ending for _, ending in found} == {"read", "refused"}


@pytest.mark.parametrize(
    ("damage", "data"), [(damaged, bytes(range(256))), (absurd, b'a: 1\nb { c: "d" }\n')]
)
def test_damage_is_the_same_for_a_seed(
    damage: Callable[[bytes, random.Random], bytes], data: bytes
) -> None:
    first, second = (damage(data, random.Random(3)) for _ in range(2))
    assert first == second != data
