"""Which values are better."""

from __future__ import annotations

from math import nan

import pytest

from owltf.train.best import is_better, lower_is_better


@pytest.mark.parametrize("name", ["loss", "loss1/loss", "SoftmaxLoss", "rmse", "top1_error"])
def test_losses_and_errors_fall(name: str) -> None:
    assert lower_is_better(name)


@pytest.mark.parametrize("name", ["loss3/top-1", "loss/accuracy", "top-5"])
def test_scores_of_a_branch_that_has_a_loss_rise(name: str) -> None:
    assert not lower_is_better(name)
    assert lower_is_better("loss3/classifier")


def test_others_rise_unless_they_are_losses_of_the_net() -> None:
    assert not lower_is_better("accuracy")
    assert not lower_is_better("accuracy", {"accuracy": 0})
    assert lower_is_better("cost", {"cost": 1.0})


def test_a_value_that_is_no_number_is_never_better() -> None:
    assert is_better(0.2, 0.1, lower=False)
    assert is_better(0.1, 0.2, lower=True)
    assert not is_better(0.1, 0.1, lower=True)
    assert not is_better(nan, 0.1, lower=True)
    assert is_better(0.1, nan, lower=True)
