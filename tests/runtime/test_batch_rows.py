"""Tests of the rows that each replica has."""

from __future__ import annotations

import pytest

from owltf.runtime.batch_rows import first_row, share


@pytest.mark.parametrize("batch", [0, 1, 5, 64, 65])
@pytest.mark.parametrize("replicas", [1, 2, 3, 4])
def test_the_shares_make_the_whole_batch(batch: int, replicas: int) -> None:
    shares = [share(batch, replica, replicas) for replica in range(replicas)]
    assert sum(shares) == batch
    assert max(shares) - min(shares) <= 1
    assert [first_row(batch, replica, replicas) for replica in range(replicas)] == [
        sum(shares[:replica]) for replica in range(replicas)
    ]


def test_64_over_three_replicas() -> None:
    assert [share(64, replica, 3) for replica in range(3)] == [22, 21, 21]
