"""The batches of several data layers side by side."""

from __future__ import annotations

from types import SimpleNamespace

import tensorflow as tf

from owltf.net.source import Source, dataset_of


def test_tops_are_named() -> None:
    def layer(factor: int) -> SimpleNamespace:
        def numbers(first: int) -> tf.data.Dataset:
            return tf.data.Dataset.counter(first).map(lambda n: (n * factor,))

        return SimpleNamespace(batch_shapes=((),), dataset=numbers)

    sources = [Source("a", ("x",), layer(1)), Source("b", ("y",), layer(10))]
    first, second = dataset_of(sources, {"a": 3, "b": 5}).take(2).as_numpy_iterator()
    assert first == {"x": 3, "y": 50}
    assert second == {"x": 4, "y": 60}
