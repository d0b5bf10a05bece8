"""Batches of a `tf.data.Dataset`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.caffe.schema.schema import load_schema
from owltf.convert.context import NetContext
from owltf.data.data_context import DataContext
from owltf.errors import OwltfError
from owltf.net.dataset_data import DatasetData, components_of, is_dataset


def made(dataset: tf.data.Dataset) -> DatasetData:
    registry: Any = SimpleNamespace(schema=load_schema())
    layer = load_schema().message("LayerParameter")(name="data", type="Data", top=["x"])
    context = DataContext(layer, "net.prototxt:3", NetContext(registry, "TRAIN"))
    return DatasetData(context, dataset, OwltfError)


def test_records_of_uneven_batches_are_put_together_anew() -> None:
    dataset = tf.data.Dataset.from_tensor_slices(np.arange(7)).batch(3)
    data = made(dataset)
    assert is_dataset(dataset)
    assert components_of(dataset).shape == (None,)
    assert (data.batch_size, data.top_shapes) == (3, ((3,),))
    several = iter(data.dataset(6))
    assert [next(several)[0].numpy().tolist() for _ in range(3)] == [
        [6, 0, 1],
        [2, 3, 4],
        [5, 6, 0],
    ]


def test_an_empty_one_is_refused() -> None:
    with pytest.raises(OwltfError, match="the tf.data.Dataset is empty"):
        made(tf.data.Dataset.from_tensor_slices(np.arange(7)).batch(3).take(0))
