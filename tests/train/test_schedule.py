"""Schedule: chunks of iterations end where an event is due."""

from __future__ import annotations

from typing import Any

import pytest

from owltf.caffe.schema.schema import load_schema
from owltf.train.schedule import Schedule


def schedule(**fields: Any) -> Schedule:
    return Schedule.of(load_schema().message("SolverParameter")(**fields))


@pytest.mark.parametrize(
    ("iteration", "count"),
    [
        (0, 1),  # the displayed iteration 0 by itself
        (1, 29),  # up to the test before 30
        (30, 11),  # up to the displayed iteration 40
        (41, 9),  # up to the snapshot after 50 updates
        (95, 5),  # up to the end
    ],
)
def test_until_event(iteration: int, count: int) -> None:
    events = schedule(max_iter=100, display=40, test_interval=30, snapshot=50)
    assert events.until_event(iteration) == count


def test_every_iteration_is_in_one_chunk_and_events_end_chunks() -> None:
    events = schedule(max_iter=97, display=10, test_interval=7, snapshot=13)
    iteration = 0
    ends = set()
    while iteration < 97:
        iteration += events.until_event(iteration)
        ends.add(iteration)
    assert iteration == 97
    assert {each + 1 for each in range(0, 97, 10)} <= ends
    assert set(range(7, 97, 7)) | set(range(13, 97, 13)) <= ends


def test_without_intervals_the_run_is_one_chunk() -> None:
    assert schedule(max_iter=5000).until_event(0) == 5000


def test_tests_at_the_start_only_if_wanted() -> None:
    assert schedule(test_interval=5).tests(0)
    assert not schedule(test_interval=5, test_initialization=False).tests(0)
    assert not schedule().tests(0)


def test_the_end_is_snapshotted_once() -> None:
    assert schedule(snapshot=10).snapshots_at_end(15)
    assert not schedule(snapshot=10).snapshots_at_end(20)
    assert not schedule(snapshot_after_train=False).snapshots_at_end(15)


def test_what_a_plugin_watches_ends_a_chunk_too() -> None:
    events = schedule(max_iter=100, display=40)
    assert events.until_event(1) == 40
    assert events.until_event(1, [25, 30]) == 24
    assert events.until_event(25, [25, 30]) == 5
