"""TestsTable: rows and columns at several widths."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from owltf.plugin.events import Scores
from owltf.train.report.tests_so_far import TestHistory
from owltf.train.report.tests_table import TestsTable

VALUES = ((0.146, 2.38827), (0.97, 0.0991048), (0.953, 0.138604))


def scores(iteration: int, values: Mapping[str, float], net: int = 0) -> Scores:
    outputs = {name: np.array(value) for name, value in values.items()}
    return Scores(iteration, net, None, outputs, {"loss": 1.0})


def table(width: int, *tests: Scores) -> list[str]:
    made, head = TestsTable(TestHistory(), width, 1000), []
    for each in tests:
        head += made.add(each)
    rows = [made.row(each.iteration, each.net_index) for each in tests]
    return [line.plain.rstrip() for line in (*head, *rows)]


def lenet(width: int) -> list[str]:
    tests = enumerate(VALUES)
    return table(width, *(scores(i * 250, {"accuracy": a, "loss": b}) for i, (a, b) in tests))


def test_each_test_is_a_row_with_its_change_and_the_best_is_marked() -> None:
    assert lenet(60) == [
        "iteration   accuracy     change       loss     change",
        "        0      0.146               2.38827",
        "      250       0.97*    +0.824  0.0991048*     -2.29",
        "      500      0.953     -0.017   0.138604    +0.0395",
    ]
    assert lenet(60) == lenet(160)


def test_changes_leave_before_values_do() -> None:
    assert [line.split() for line in lenet(45)[:2]] == [
        ["iteration", "accuracy", "change", "loss"],
        ["0", "0.146", "2.38827"],
    ]
    assert lenet(35)[0].split() == ["iteration", "accuracy", "loss"]
    assert lenet(25)[:2] == [
        "No room for loss: a wider terminal shows them",
        "iteration   accuracy",
    ]


GOOGLENET = {f"loss{n}/{name}": n / 8 for n in (1, 2, 3) for name in ("loss", "top-1", "top-5")}


def test_the_last_classifier_comes_first_where_there_is_no_room() -> None:
    test = scores(0, GOOGLENET)
    assert [each for each in table(60, test)[1].split() if "/" in each] == [
        "loss3/loss",
        "loss3/top-1",
        "loss3/top-5",
    ]
    assert "loss1/loss" in table(160, test)[0]
    assert table(250, test)[0].split().count("change") == 9
    for width in (60, 80, 160):
        assert max(map(len, table(width, test)[1:])) <= width


def test_nets_have_rows_of_their_own() -> None:
    first, second = scores(0, {"accuracy": 0.25}), scores(0, {"accuracy": 0.5}, net=1)
    assert table(60, first, second) == [
        "iteration   accuracy     change",
        "        0       0.25*",
        "     #1 0        0.5*",
    ]


def test_a_long_name_is_whole() -> None:
    name = "a_name_of_more_than_nine_characters"
    assert table(60, scores(0, {name: 1.0}))[0].split() == ["iteration", name, "change"]
    assert table(20, scores(0, {name: 1.0}))[0].split() == ["iteration", name]
