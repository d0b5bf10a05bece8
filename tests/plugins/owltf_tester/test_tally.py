"""Adding up what batches give."""

from __future__ import annotations

import numpy as np
import pytest
from owltf_tester.measure import Measured
from owltf_tester.tally import Tally, Top

from owltf.api import OwltfError


def judged(*rows: tuple[list[float], int]) -> Measured:
    scores, labels = zip(*rows, strict=True)
    return Measured(len(rows), scores=np.array(scores), labels=np.array(labels))


def test_a_smaller_batch_counts_for_less() -> None:
    tally = Tally(0, (1, 5), with_confusion=False)
    for rows, value in ((8, 1.0), (2, 6.0)):
        assert tally.add(Measured(rows, loss=value, outputs={"a": np.array(value)})) is None
    result = tally.result()
    assert (result.batches, result.records, result.loss) == (2, 10, 2.0)
    assert (result.outputs["a"].tolist(), result.top) == ([2.0], {})


def test_an_output_of_several_sizes_has_no_mean() -> None:
    tally = Tally(0, (), with_confusion=False)
    for shape in ((2, 3, 3), (2, 1, 1), (2, 3, 3)):
        tally.add(Measured(1, outputs={"a": np.ones(shape), "b": np.ones(shape[:1])}))
    outputs = tally.result().outputs
    assert {name: values.tolist() for name, values in outputs.items()} == {"a": [], "b": [1, 1]}


def test_the_best_classes_and_what_was_taken_for_what() -> None:
    tally = Tally(3, (1, 2, 5), with_confusion=True)
    assert tally.add(judged(([1, 2, 3], 2), ([1, 2, 3], 1), ([3, 2, 1], 2))) == 1
    assert tally.add(judged(([5, 0, 1], 0))) == 1
    result = tally.result()
    # There are no five classes to be among.
    assert result.top == {1: Top(2, 4), 2: Top(3, 4)}
    assert list(result.per_class) == [Top(1, 1), Top(0, 1), Top(1, 2)]
    assert result.confusion.tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 1]]
    assert Top(0, 0).accuracy == 0


def test_a_class_of_the_same_score_is_better_as_in_caffe() -> None:
    tally = Tally(2, (1,), with_confusion=False)
    assert tally.add(judged(([1, 1], 0), ([1, 1], 1))) == 0


@pytest.mark.parametrize(
    ("batch", "what"),
    [
        (judged(([np.nan, 1], 1)), "the classes' scores"),
        (Measured(2, loss=float("nan")), "the loss"),
        (Measured(2, outputs={"prob": np.array([0, np.nan])}), "output 'prob'"),
    ],
)
def test_what_is_not_a_number_is_refused(batch: Measured, what: str) -> None:
    tally = Tally(2, (1, 2), with_confusion=False)
    tally.add(judged(([np.inf, 0], 0)))
    with pytest.raises(OwltfError, match=rf"batch 1: {what}: not a number \(NaN\)"):
        tally.add(batch)


@pytest.mark.parametrize("label", [-1, 3])
def test_labels_out_of_range(label: int) -> None:
    with pytest.raises(OwltfError, match=f"label {label} is out of range: there are 3 classes"):
        Tally(3, (1,), with_confusion=False).add(judged(([1, 2, 3], label)))
