"""One test of one net."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from image_case import BODY, DATA, Images
from owltf_tester.net_test import NetTest
from owltf_tester.options import TestOptions
from owltf_tester.report import ScoreReport
from owltf_tester.tally import Result
from owltf_tester.testing import Testing

from owltf.api import Net, OwltfError, choose_devices, load_net


def net() -> Net:
    return load_net("net.prototxt", weights="net.caffemodel")


def net_test(net: Net, **options: object) -> NetTest:
    return NetTest.of(net, 0, choose_devices(), TestOptions(**options), 2)


def test_a_test_is_told_and_counted(images: Images) -> None:
    events: list[object] = []

    class Report(ScoreReport):
        def started(self, testing: Testing) -> None:
            events.append(testing)

        def measured(self, batch: object, right: int | None) -> None:
            events.append(right)

        def finished(self, testing: Testing, result: Result) -> None:
            events.append(result)

    testing, result = net_test(net(), per_class=True).run(Report())
    right = images.scores(images.crops(1, 2)).argmax(1) == images.labels
    assert events == [testing, right[:8].sum(), right[8:16].sum(), result]
    assert testing == Testing(
        name="small",
        index=0,
        batches=2,
        notes=("TEST data data: LMDB images_lmdb: 22 records of 3x10x12",),
        weights={"loss": 1.0},
        class_names=["0", "1", "2", "3"],
        per_class=True,
    )
    assert (result.batches, result.records, result.top[1].right) == (2, 16, right[:16].sum())
    counts = np.bincount(images.labels[:16], minlength=4)
    assert [top.total for top in result.per_class] == counts.tolist()


def test_views_and_records_that_come_again(images: Images) -> None:
    Path("names.txt").write_text("ant\nbee\ncat\ndog\n")
    small = net()
    testing, result = net_test(small, views="flips", labels=Path("names.txt")).run(ScoreReport())
    assert (testing.views, testing.class_names) == ("flips", ["ant", "bee", "cat", "dog"])
    assert (result.loss, result.records) == (None, 16)
    (_, note) = net_test(small, iterations=3).run(ScoreReport())[0].notes
    assert note.startswith("24 records are asked for where there are 22: some come again")


def test_losses_of_one_top_add_up(images: Images) -> None:
    two = (
        BODY
        + """
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss"
      loss_weight: 2 }
    """
    )
    Path("two.prototxt").write_text(DATA % ("", "false") + two)
    testing, _ = net_test(load_net("two.prototxt"), iterations=1).run(ScoreReport())
    assert testing.weights == {"loss": 2.0}


def test_figures_that_a_net_does_not_have(images: Images) -> None:
    Path("bare.prototxt").write_text(DATA % ("", "false") + BODY)
    bare = load_net("bare.prototxt")
    with pytest.raises(OwltfError, match="--per-class needs a net that compares"):
        net_test(bare, per_class=True)
