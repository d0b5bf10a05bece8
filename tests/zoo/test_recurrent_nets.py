"""Nets with LSTMs of other people's, their data layers replaced by inputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.graph import Graph
from owltf.caffe.net.read import read_net
from owltf.convert.context import NetContext
from owltf.net.build import build_net
from owltf.net.net import Net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

IMAGES = {"data": (100, 3, 227, 227), "label": (100,)}
SENTENCES = dict.fromkeys(("cont_sentence", "input_sentence", "target_sentence"), (20, 100))
VIDEOS = {"data": (384, 3, 227, 227), "label": (384,), "clip_markers": (384,)}

LANGUAGE = "jeffdonahue__caffe__recurrent_examples_coco_caption_lstm_language_model.prototxt"
CAPTIONS = "jeffdonahue__caffe__recurrent_examples_coco_caption_lrcn.prototxt"
ACTIVITY = (
    "LisaAnne__lisa-caffe-public__examples_LRCN_activity_recognition_train_test_lstm_RGB.prototxt"
)

ONE = [(4000, 1000), (4000,), (4000, 1000)]
WITH_STATIC = [*ONE, (4000, 1000)]


def build(file: Path, stages: list[str], shapes: Mapping[str, tuple[int, ...]]) -> Net:
    """Return the TRAIN net of a file, fed from outside."""
    registry = Registry(make_manager())
    source = filter_net(read_net(file, registry.schema), net_state("TRAIN", stages=stages))
    source = source.rewritten(fed(source.parameter, shapes))
    loaded = frozenset(layer.name for layer in source.parameter.layer)
    return build_net(Graph.of(source), NetContext(registry, "TRAIN", loaded=loaded))


def fed(net: Any, shapes: Mapping[str, tuple[int, ...]]) -> Any:
    """Return a net with inputs in place of its data layers."""
    made = type(net)(name=net.name)
    inputs = made.layer.add(name="inputs", type="Input", top=list(shapes))
    for shape in shapes.values():
        inputs.input_param.shape.add(dim=shape)
    made.layer.extend(layer for layer in net.layer if layer.bottom)
    return made


@pytest.mark.parametrize(
    ("file", "stages", "shapes", "blobs", "params"),
    [
        (LANGUAGE, ["lstm-drop"], SENTENCES, {"lstm1": (20, 100, 1000)}, {"lstm1": ONE}),
        (
            CAPTIONS,
            ["freeze-convnet", "factored", "2-layer"],
            {**IMAGES, **SENTENCES},
            {"lstm2": (20, 100, 1000), "predict": (20, 100, 8801)},
            {"lstm1": ONE, "lstm2": WITH_STATIC},
        ),
        (
            CAPTIONS,
            ["freeze-convnet", "unfactored"],
            {**IMAGES, **SENTENCES},
            {"lstm1": (20, 100, 1000), "predict": (20, 100, 8801)},
            {"lstm1": WITH_STATIC},
        ),
        (
            ACTIVITY,
            [],
            VIDEOS,
            {"lstm1": (16, 24, 256), "fc8-final": (16, 24, 101)},
            {"lstm1": [(1024, 4096), (1024,), (1024, 256)]},
        ),
    ],
)
def test_nets_with_lstms_are_built(
    zoo: Path,
    file: str,
    stages: list[str],
    shapes: dict[str, tuple[int, ...]],
    blobs: dict[str, tuple[int, ...]],
    params: dict[str, list[tuple[int, ...]]],
) -> None:
    net = build(zoo / "prototxt" / file, stages, shapes)
    assert {name: net.blob_shapes[name] for name in blobs} == blobs
    got = {name: [param.shape for param in net.layer_params[name]] for name in params}
    assert got == params
