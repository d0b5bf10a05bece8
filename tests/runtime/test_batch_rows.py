"""Tests of the rows that each replica has."""

from __future__ import annotations

import pytest

from owltf.runtime.batch_rows import BatchShare, blob_rows, first_row, share


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


@pytest.mark.parametrize("batch", [3, 5, 64])
def test_processes_of_several_replicas_have_what_their_replicas_have(batch: int) -> None:
    rows = [BatchShare(2 * process, 2, 6).rows(batch) for process in range(3)]
    assert [first for first, _ in rows] == [first_row(batch, 2 * each, 6) for each in range(3)]
    assert sum(count for _, count in rows) == batch
    assert BatchShare().rows(batch) == (0, batch)
