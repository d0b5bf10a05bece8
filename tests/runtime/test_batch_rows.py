"""Tests of the rows that each replica has."""

from __future__ import annotations

import pytest

from owltf.runtime.batch_rows import blob_rows, first_row, share


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


def test_several_rows_of_a_blob_for_one_of_the_data_stay_together() -> None:
    assert [blob_rows(10, 5, replica, 2) for replica in range(2)] == [(0, 6), (6, 4)]


@pytest.mark.parametrize("batch", [None, 4])
def test_a_blob_of_other_rows_than_the_data_is_split_by_its_own(batch: int | None) -> None:
    assert [blob_rows(5, batch, replica, 2) for replica in range(2)] == [(0, 3), (3, 2)]
