"""Caffe's own scripts find in owltf's log what they look for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pytest

from owltf.plugin.events import Display, Ending, Scores, Setup
from owltf.train.report.lines import LineReport

# What parse_log.py searches each line for.
ITERATION = re.compile(r"Iteration (\d+)")
OUTPUT = r" net output #(\d+): (\S+) = ([\.\deE+-]+)"
RATE = re.compile(r"lr = ([-+]?[0-9]*\.?[0-9]+([eE]?[-+]?[0-9]+)?)")


@pytest.fixture(scope="module")
def log() -> list[str]:
    """The lines of a run with two tests and three displays."""
    lines: list[str] = []
    report = LineReport(lines.append)
    setup = Setup(
        "LeNet", "SGD", ["CPU"], 9, {"TRAIN data d": "Iterations"}, 3, 0, 200, 64, int, display=100
    )
    with report.starting("Starting TensorFlow"):
        pass
    report.owltf_run_started(setup)
    for iteration in (0, 100, 200):
        report.owltf_testing(iteration, 0)
        means = {"accuracy": np.array(0.5), "loss": np.array(1e-7 + iteration)}
        report.owltf_tested(Scores(iteration, 0, None, means, {"loss": 1.0}))
        if iteration < 200:
            tops = {"a": np.array(0.25), "loss": np.array(2.5)}
            shown = Display(iteration, 2.25, 1e-5, tops, {"loss": 1.0})
        else:
            shown = Display(iteration, 2.25)
        report.owltf_displayed(shown, setup)
    report.owltf_run_ended(Ending("finished", 200), setup)
    return lines


def moment(line: str) -> datetime:
    """Give the time of a line as extract_seconds.py takes it: from its first two words."""
    day, clock = line.split()[:2]
    return datetime.strptime(f"2024{day[1:]} {clock}", "%Y%m%d %H:%M:%S.%f")


def rows(log: list[str], phase: str) -> dict[int, dict[str, float]]:
    """Give the outputs of each iteration, which is the last that a line named."""
    iteration, found = -1, dict[int, dict[str, float]]()
    for line in log:
        iteration = int(named[1]) if (named := ITERATION.search(line)) else iteration
        if value := re.search(phase + OUTPUT, line):
            found.setdefault(iteration, {})[value[2]] = float(value[3])
    return found


def words(log: list[str], text: str, place: int) -> Iterator[str]:
    """Yield a word, counted from 1 as by awk, of each line with a text, as parse_log.sh does."""
    return (line.split()[place - 1] for line in log if text in line)


def test_parse_log_py(log: list[str]) -> None:
    assert rows(log, "Test") == {
        each: {"accuracy": 0.5, "loss": pytest.approx(1e-7 + each)} for each in (0, 100, 200)
    }
    assert rows(log, "Train") == {each: {"a": 0.25, "loss": 2.5} for each in (0, 100)}
    rates = [float(found[1]) for line in log if (found := RATE.search(line))]
    assert rates == [1e-5, 1e-5]


def test_extract_seconds_py(log: list[str]) -> None:
    """The start is the first line with the word `Solving`; every line has a time."""
    start = next(line for line in log if "Solving" in line)
    assert start.endswith("] Solving LeNet")
    seconds = [(moment(line) - moment(start)).total_seconds() for line in log[log.index(start) :]]
    assert seconds == sorted(seconds)
    assert abs(datetime.now().replace(year=2024) - moment(start)).total_seconds() < 86400


def test_parse_log_sh(log: list[str]) -> None:
    assert sum("] Solving " in line for line in log) == 1
    assert [*map(float, words(log, ", loss = ", 9))] == [2.25] * 3
    assert [*map(float, words(log, ", lr = ", 9))] == [1e-5] * 2
    assert [*words(log, "Test net output #0", 11)] == ["0.5"] * 3
    assert len([*words(log, "Test net output #1", 11)]) == 3
    tests = [line for line in log if re.search("Iteration .* Testing net", line)]
    others = [line for line in log if re.search("Iteration .*( loss| lr)", line)]
    # The script takes the iterations of all lines but those of losses and rates for tests.
    assert len(tests) + len(others) == sum("Iteration " in line for line in log)


def test_speed(log: list[str]) -> None:
    shown = [line for line in log if re.search(r"\([\d.e+-]+ iter/s, [\d.e-]+s/100 iters\)", line)]
    assert [ITERATION.findall(line) for line in shown] == [["0"], ["100"]]
