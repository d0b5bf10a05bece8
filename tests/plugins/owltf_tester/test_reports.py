"""A test in a terminal, and in lines."""

from __future__ import annotations

import io

import numpy as np
from image_case import Images
from owltf_tester.net_test import NetTest
from owltf_tester.options import TestOptions
from owltf_tester.plain_report import PlainReport
from owltf_tester.report import Report, shown
from owltf_tester.rich_report import RichReport
from rich.console import Console

from owltf.api import choose_devices, load_net


def run(report: Report, **options: object) -> None:
    net = load_net("net.prototxt", weights="net.caffemodel", tell=report.note)
    NetTest.of(net, 0, choose_devices(), TestOptions(**options), 2).run(report)
    report.close()


def test_a_terminal_shows_tables(images: Images) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    run(RichReport(console), per_class=True, whole=True)
    said = screen.getvalue()
    assert "Weights from net.caffemodel: 2 layers loaded" in said
    assert "small (#0): 22 images in 3 batches" in said
    right = (images.scores(images.crops(1, 2)).argmax(1) == images.labels).sum()
    assert f"{right} of 22" in said
    assert "Accuracy by class" in said
    run(RichReport(console), views="10")
    assert "small (#0), views 10: 16 images in 2 batches" in screen.getvalue()


def test_a_class_without_records_has_no_accuracy(images: Images) -> None:
    said: list[str] = []
    run(PlainReport(said.append), per_class=True)
    counts = np.bincount(images.labels[:16], minlength=4)
    by_class = [line for line in said if line.startswith("class ")]
    assert [line.split("(of ")[1] for line in by_class] == [f"{count})" for count in counts]


def test_an_output_of_very_many_values_stays_out_of_the_lines() -> None:
    outputs = {"a": np.zeros(2), "map": np.zeros((101,))}
    assert list(shown(outputs)) == [("a", 0.0), ("a", 0.0)]


def test_the_base_tells_nothing(images: Images, capsys: object) -> None:
    run(Report())
    assert capsys.readouterr().out == ""  # type: ignore[attr-defined]
