"""A test in a terminal: a bar, then tables."""

from __future__ import annotations

import io

import numpy as np
import pytest
from image_case import Images
from owltf_tester.measure import Measured
from owltf_tester.net_test import NetTest
from owltf_tester.options import TestOptions
from owltf_tester.tally import Result, Top
from owltf_tester.terminal import ScoreTables
from owltf_tester.testing import Testing
from rich.console import Console

from owltf.api import choose_devices, load_net


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def report(screen: io.StringIO) -> ScoreTables:
    return ScoreTables(Console(file=screen, force_terminal=True, width=80, color_system=None))


def test_a_terminal_shows_tables(report: ScoreTables, screen: io.StringIO) -> None:
    testing = Testing("small", 0, 3, ["a note"], {"loss": 2.0}, ["ant", "[bee]"], per_class=True)
    outputs = {"accuracy": np.array(0.75), "loss": np.array(0.5)}
    top = {1: Top(3, 4)}
    report.note("Weights from net.caffemodel: 2 layers loaded")
    report.started(testing)
    report.measured(Measured(4), 3)
    report.finished(testing, Result(3, 1022, 1.0, outputs, top, [Top(1, 2), Top(0, 0)]))
    report.close()
    said = screen.getvalue()
    for part in (
        "Weights from net.caffemodel: 2 layers loaded",
        "a note",
        "small (#0): 1,022 images in 3 batches",
        "loss over all tops",
        "* 2 = 1 loss",
        "3 of 4",
        "Accuracy by class",
        "[bee]",
    ):
        assert part in said


def test_views_are_named_and_classes_only_shown_if_wanted(
    report: ScoreTables, screen: io.StringIO
) -> None:
    testing = Testing("", 1, 2, class_names=["ant"], views="10")
    report.started(testing)
    report.finished(testing, Result(2, 16, None, {}, {1: Top(8, 16)}, [Top(8, 16)]))
    assert "net (#1), views 10: 16 images in 2 batches" in screen.getvalue()
    assert "by class" not in screen.getvalue()


def test_a_net_is_tested_in_a_terminal(
    images: Images, report: ScoreTables, screen: io.StringIO
) -> None:
    net = load_net("net.prototxt", weights="net.caffemodel", tell=report.note)
    for options in (TestOptions(per_class=True, whole=True), TestOptions(views="10")):
        NetTest.of(net, 0, choose_devices(), options, 2).run(report)
    report.close()
    said = screen.getvalue()
    right = (images.scores(images.crops(1, 2)).argmax(1) == images.labels).sum()
    for part in (
        "Weights from net.caffemodel: 2 layers loaded",
        "small (#0): 22 images in 3 batches",
        f"{right} of 22",
        "Accuracy by class",
        "small (#0), views 10: 16 images in 2 batches",
    ):
        assert part in said
