"""--stop-when."""

from __future__ import annotations

from pathlib import Path

import pytest
from watched import scores, setup

from owltf.errors import OwltfError
from owltf.train.watch.stop_when import Compared, StopWhen, Unimproved, parse_condition


def stopped(condition: str, *values: tuple[float, float]) -> list[str]:
    """Give the reasons for which a run with such tests is stopped."""
    reasons: list[str] = []
    watcher = StopWhen((condition,))
    run = setup(Path("snap"), stop=reasons.append)
    watcher.owltf_run_started(run)
    for number, (accuracy, loss) in enumerate(values):
        watcher.owltf_tested(scores(10 * number, accuracy, loss), run)
    return reasons


def test_a_bound() -> None:
    assert stopped("accuracy > 0.99", (0.5, 1), (0.99, 1), (0.992, 1)) == [
        "accuracy > 0.99: accuracy is 0.992 at iteration 20"
    ]
    assert len(stopped("loss<=1e-1", (0.5, 0.1))) == 1


def test_no_better_for_some_tests() -> None:
    falling = [(0.5, 3), (0.5, 2), (0.5, 2.5), (0.5, 2)]
    assert stopped("loss not improved in 2 tests", *falling) == [
        "loss not improved in 2 tests: loss is 2 at iteration 30"
    ]
    assert not stopped("loss not improved in 3 tests", *falling)
    assert len(stopped("accuracy not improved in 3 tests", *falling)) == 1


def test_conditions_are_read() -> None:
    assert parse_condition(" a/b >= -1e3 ") == Compared("a/b", ">=", -1000)
    assert parse_condition("loss not improved in 1 test") == Unimproved("loss", 1)
    for text in ("", "accuracy", "accuracy = 1", "loss not improved in 0 tests", "a > b"):
        with pytest.raises(ValueError, match="is no condition; write one as 'accuracy > 0.99'"):
            parse_condition(text)


def test_an_output_that_no_test_has() -> None:
    with pytest.raises(OwltfError, match="--stop-when: no test net has an output 'acuracy': did"):
        stopped("acuracy > 1")
    untested = setup(Path("snap"), test_outputs=())
    with pytest.raises(OwltfError, match="--stop-when: the net is never tested"):
        StopWhen(("loss < 1",)).owltf_run_started(untested)
