"""The tests of a run: best and change."""

from __future__ import annotations

import math

import numpy as np
import pytest

from owltf.plugin.events import Scores
from owltf.train.report.tests_so_far import TestHistory, means


def scores(iteration: int, accuracy: float, loss: float, net: int = 0) -> Scores:
    outputs = {"loss": np.array(loss), "accuracy": np.array(accuracy)}
    return Scores(iteration, net, None, outputs, {"loss": 1.0})


def test_best_and_change() -> None:
    history = TestHistory()
    for each in (scores(0, 0.1, 2.0), scores(10, 0.9, 0.5), scores(20, 0.9, 0.75)):
        loss, accuracy = history.add(each)
    assert (loss.best, accuracy.best) == (10, 10)
    assert loss.change(20) == 0.25
    assert math.isnan(loss.change(0))
    assert history.leading() is accuracy


def test_nets_are_apart() -> None:
    history = TestHistory()
    history.add(scores(0, 0.1, 2.0))
    second = history.add(scores(0, 0.2, 1.0, net=1))
    assert [each.values for each in second] == [{0: 1.0}, {0: 0.2}]


def test_a_name_for_each_value() -> None:
    outputs = {"p": np.array([1.0, 2.0]), "a": np.array([3.0])}
    assert [*means(Scores(0, 0, 0.5, outputs))] == [
        ("total loss", 0.5),
        ("p[0]", 1.0),
        ("p[1]", 2.0),
        ("a", pytest.approx(3.0)),
    ]


def test_a_net_is_judged_by_its_last_classifier() -> None:
    history = TestHistory()
    names = ("loss1/loss1", "loss1/top-1", "loss3/loss3", "loss3/top-1", "loss3/top-5")
    history.add(Scores(0, 0, None, {name: np.array(0.5) for name in names}))
    ranked = [each.name for each in history.ranked()]
    assert ranked == ["loss3/top-1", "loss3/top-5", "loss3/loss3", "loss1/top-1", "loss1/loss1"]
    assert TestHistory().leading() is None
