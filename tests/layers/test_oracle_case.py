"""The recordings of Caffe: all are compared, and all that is in one is compared."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from oracle_case import ORACLE, Case, check_figures

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in ORACLE.glob("*.prototxt"))
# What Caffe computes no gradient of.
JUDGES = ("Accuracy", "ArgMax", "Threshold")


def caffe_type(name: str) -> str:
    """Return the type of the layer that a recording is of."""
    text = (ORACLE / f"{name}.prototxt").read_text()
    return re.findall(r'name: "layer"\s+type: "(\w+)"', text)[0]


def text_of_tests(caffe_type: str) -> str:
    """Return the text of the file that tests a layer type."""
    return next(
        path.read_text()
        for path in HERE.glob("*/test_*.py")
        if path.stem.removeprefix("test_").replace("_", "") == caffe_type.lower()
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_is_compared_by_the_tests_of_its_type(name: str) -> None:
    text = text_of_tests(caffe_type(name))
    assert "check_case(" in text
    assert f'"{name}"' in text


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_has_gradients(name: str) -> None:
    recorded = Case.read(name).recorded
    grads = [array for key, array in recorded.items() if re.match("(bottom|param)_grad/", key)]
    assert all(grad.any() for grad in grads)
    assert bool(grads) != (caffe_type(name) in JUDGES)


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("scale_bias", ["top/0", "bottom_grad/0", "param_grad/0", "param_grad/1", "param/0"]),
        ("bn_train", ["top/0", "bottom_grad/0", "param_after/0", "param_after/1", "param_after/2"]),
        ("softmaxloss", ["top/0", "bottom_grad/0"]),
    ],
)
def test_a_wrong_figure_is_found(name: str, keys: list[str]) -> None:
    case = Case.read(name)
    run = case.run()
    for key in keys:
        wrong = {**case.recorded, key: case.recorded[key] * np.float32(1.001)}
        with pytest.raises(AssertionError, match=key.replace("param/", "param_after/")):
            check_figures(replace(case, recorded=wrong), run)


def test_a_gradient_too_many_and_one_too_few_are_found() -> None:
    case = Case.read("softmaxloss")
    run = case.run()
    few = {key: array for key, array in case.recorded.items() if key != "bottom_grad/0"}
    with pytest.raises(AssertionError, match="bottom_grad/0: Caffe has none"):
        check_figures(replace(case, recorded=few), run)
    many = {**case.recorded, "bottom_grad/1": case.bottoms[1]}
    with pytest.raises(AssertionError, match="bottom_grad/1: nothing"):
        check_figures(replace(case, recorded=many), run)
    more = {**case.recorded, "top/1": case.bottoms[1]}
    with pytest.raises(AssertionError, match="top/1"):
        check_figures(replace(case, recorded=more), run)
