"""The batches of several data layers side by side."""

from __future__ import annotations

from itertools import islice
from types import SimpleNamespace

import pytest
import tensorflow as tf

from owltf.net.source import Source
from owltf.net.source_batches import SourceBatches
from owltf.runtime.batch_rows import BatchShare


def context(share: BatchShare) -> SimpleNamespace:
    return SimpleNamespace(net=SimpleNamespace(share=share))


@pytest.mark.parametrize(("place", "rows"), [(0, [0, 1, 2]), (1, [3, 4])])
def test_a_process_gets_its_rows_of_a_layer_that_reads_whole_batches(
    place: int, rows: list[int]
) -> None:
    whole = tf.data.Dataset.from_tensors((tf.range(5), tf.range(10.0))).repeat()
    layer = SimpleNamespace(
        batch_shapes=((5,), (10,)),
        dataset=lambda first: whole,
        reads_own_rows=False,
        whole_tops=(),
        context=context(BatchShare(place, 1, 2)),
    )
    batch = next(SourceBatches([Source("a", ("x", "y"), layer)], {"a": 0}))
    assert batch["x"].numpy().tolist() == rows
    assert batch["y"].numpy().tolist() == list(range(5 * place, 5 * place + 5))


def test_tops_are_named() -> None:
    def layer(factor: int) -> SimpleNamespace:
        def numbers(first: int) -> tf.data.Dataset:
            return tf.data.Dataset.counter(first).map(lambda n: (n * factor,))

        return SimpleNamespace(
            batch_shapes=((),),
            dataset=numbers,
            reads_own_rows=False,
            whole_tops=(),
            context=context(BatchShare()),
        )

    sources = [Source("a", ("x",), layer(1)), Source("b", ("y",), layer(10))]
    first, second = islice(SourceBatches(sources, {"a": 3, "b": 5}), 2)
    assert first == {"x": 3, "y": 50}
    assert second == {"x": 4, "y": 60}
