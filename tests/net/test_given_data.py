"""Arrays and datasets in place of a net's data layers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from owltf.caffe.net.graph import Graph
from owltf.caffe.net.read import net_from_text
from owltf.convert.context import NetContext
from owltf.convert.sharing import SharedLayers
from owltf.errors import OwltfError
from owltf.net.batches import batches
from owltf.net.build import build_net
from owltf.net.given_data import GivenData
from owltf.net.net import Net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

# No file of these is there.
NET = """
layer { name: "images" type: "Data" top: "data" top: "label"
  transform_param { scale: 0.5 } data_param { source: "none_lmdb" batch_size: 4 } }
layer { name: "more" type: "HDF5Data" top: "extra" hdf5_data_param { source: "none.txt" } }
layer { name: "sum" type: "Eltwise" bottom: "data" bottom: "extra" top: "sum" }
layer { name: "ip" type: "InnerProduct" bottom: "sum" top: "ip"
  inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""
INPUTS = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 3 } }
"""
X = np.arange(10 * 2 * 3, dtype=np.float64).reshape(10, 2, 3)
LABEL, EXTRA = np.arange(10) % 3, np.ones((10, 2, 3), np.uint8)
GIVEN = {"data": X, "label": LABEL, "extra": EXTRA}


@pytest.fixture(scope="module")
def context() -> NetContext:
    return NetContext(Registry(make_manager()), "TRAIN")


def built(context: NetContext, value: Any, text: str = NET, **more: Any) -> Net:
    data = GivenData("train_data", value, **more)
    given = replace(context, shared=SharedLayers(), given_data=data)
    return build_net(Graph.of(net_from_text(text, context.registry.schema)), given)


def taken(net: Net, position: int, count: int) -> list[dict[str, np.ndarray]]:
    (name,) = [source.name for source in net.sources]
    several = batches(net, {name: position})
    return [{top: value.numpy() for top, value in next(several).items()} for _ in range(count)]


@pytest.mark.parametrize("value", [GIVEN, (X, LABEL, EXTRA), [X, LABEL, EXTRA]])
def test_batches_go_round_from_any_record(context: NetContext, value: Any) -> None:
    net = built(context, value)
    assert net.blob_shapes["data"] == (4, 2, 3)
    for number, batch in enumerate(taken(net, 5, 4)):
        rows = (5 + 4 * number + np.arange(4)) % 10
        for top, array in GIVEN.items():
            np.testing.assert_array_equal(batch[top], array[rows])
    assert net.sources[0].layer.describe() == "arrays of 10 records"


def test_shuffled_rounds_hold_every_record_and_can_be_entered_anywhere(context: NetContext) -> None:
    net = built(context, GIVEN, shuffle=True)
    # Twenty records are two rounds.
    whole = taken(net, 0, 5)
    records = np.concatenate([batch["data"][:, 0, 0] / 6 for batch in whole]).astype(int)
    assert sorted(records[:10]) == sorted(records[10:]) == [*range(10)]
    assert records[:10].tolist() != records[10:].tolist() != [*range(10)]
    np.testing.assert_array_equal(np.concatenate([b["label"] for b in whole]), LABEL[records])
    for got, wanted in zip(taken(net, 8, 3), whole[2:], strict=True):
        np.testing.assert_array_equal(got["data"], wanted["data"])


@pytest.mark.parametrize("kind", ["tuple", "dict", "uneven"])
def test_a_dataset_gives_its_own_batches(context: NetContext, kind: str) -> None:
    """Round after round; what is left of a round goes into the next one's first batch."""
    dataset = tf.data.Dataset.from_tensor_slices(
        GIVEN if kind == "dict" else (X, LABEL, EXTRA)
    ).batch(5 if kind != "uneven" else 4)
    if kind != "uneven":
        dataset = dataset.map(lambda *parts: tf.nest.map_structure(_of_five, _single(parts)))
    net = built(context, dataset)
    size = 4 if kind == "uneven" else 5
    assert net.sources[0].layer.batch_size == size
    for number, batch in enumerate(taken(net, 2 * size, 3)):
        rows = (size * (2 + number) + np.arange(size)) % 10
        np.testing.assert_array_equal(batch["data"], X[rows])
        np.testing.assert_array_equal(batch["label"], LABEL[rows])


def _single(parts: tuple[Any, ...]) -> Any:
    return parts[0] if len(parts) == 1 else parts


def _of_five(part: Any) -> Any:
    return tf.ensure_shape(part, (5, *part.shape[1:]))


def test_some_layers_keep_their_records(context: NetContext, tmp_path: Path) -> None:
    """Inputs count where there are no data layers."""
    net = built(context, X[:, 0], INPUTS)
    np.testing.assert_array_equal(taken(net, 9, 1)[0]["x"], X[[9, 0], 0])
    text = NET.replace(
        'type: "HDF5Data" top: "extra" hdf5_data_param { source: "none.txt" }',
        'type: "DummyData" top: "extra" dummy_data_param { shape { dim: 4 dim: 2 dim: 3 } }',
    )
    kept = built(context, {"data": X, "label": LABEL}, text)
    assert [source.name for source in kept.sources] == ["images", "more"]


@pytest.mark.parametrize(
    ("value", "text", "reason"),
    [
        (
            (X, LABEL),
            NET,
            "has 2 of the 3 tops that the net's data layers fill: data, label, extra",
        ),
        ({**GIVEN, "labels": 1}, NET, "no data layer has a top 'labels': did you mean 'label'"),
        ({"data": X, "extra": EXTRA}, NET, "has nothing for the top 'label' of the same data"),
        ({**GIVEN, "label": LABEL[:7]}, NET, "as many records each, got 'data' 10, 'label' 7"),
        ({**GIVEN, "label": np.array(["a"] * 10)}, NET, "'label': takes an array of numbers"),
        ({**GIVEN, "data": X[:0]}, NET, "'data': needs an axis of records, and one record at"),
        (iter([X]), NET, "takes arrays: .x, y., .*from_generator makes of a generator; got list_"),
        (X, INPUTS, "'x': a record has the shape .2, 3., and layer 'x' .*declares .3,."),
        (tf.data.Dataset.from_tensors((1.0, 2.0, 3.0)), NET, "must give batches: call its .batch"),
        (
            X,
            'layer { name: "p" type: "Parameter" top: "p" parameter_param { shape { dim: 1 } } }',
            "has neither data layers nor inputs to fill",
        ),
    ],
)
def test_what_does_not_fit_is_told(context: NetContext, value: Any, text: str, reason: str) -> None:
    with pytest.raises(OwltfError, match=f"(train_data|Data layer).*{reason}"):
        built(context, value, text)


def test_a_layer_without_a_batch_size_needs_a_dataset(context: NetContext) -> None:
    with pytest.raises(OwltfError, match="layer 'images' .* says no batch_size; give a tf.data"):
        built(context, GIVEN, NET.replace("batch_size: 4", ""))
