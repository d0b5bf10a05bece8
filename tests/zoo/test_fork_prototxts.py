"""Nets of forks build with all plugins of the forks together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import owltf_faces
import owltf_rcnn
import owltf_segmentation
import owltf_ssd
import pytest
import tensorflow as tf

from owltf.api import load_net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

# What py-faster-rcnn's layer of this name does with its tops: their rows differ from pass to pass.
PROPOSALS = """
import caffe
import numpy as np

class ProposalLayer(caffe.Layer):
    def setup(self, bottom, top):
        top[0].reshape(1, 5)

    def reshape(self, bottom, top):
        pass

    def forward(self, bottom, top):
        boxes = np.zeros((int(bottom[2].data[0, 2]), 5), np.float32)
        boxes[:, 3:] = 60
        top[0].reshape(*boxes.shape)
        top[0].data[...] = boxes

    def backward(self, top, propagate_down, bottom):
        pass
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    """All plugins of forks."""
    manager = make_manager()
    for plugin in (owltf_faces, owltf_rcnn, owltf_segmentation, owltf_ssd):
        manager.register(plugin, plugin.__name__)
    return Registry(manager)


def test_no_two_fields_have_one_number(registry: Registry) -> None:
    assert registry.schema.notes == ()


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        (
            "luoyetx__mini-caffe__example_models_r-fcn_test_agnostic",
            {"bbox_pred": (300, 8), "cls_prob": (300, 21)},
        ),
        (
            "happynear__NormFace__prototxt_example_of_mirror_face",
            {"eltmax_eltwise_fc1": (100, 256)},
        ),
    ],
)
def test_a_net_is_built(
    zoo: Path, registry: Registry, name: str, shapes: dict[str, tuple[int, ...]]
) -> None:
    net = load_net(zoo / "prototxt" / f"{name}.prototxt", registry=registry)
    assert {name: net.blob_shapes[name] for name in net.outputs} == shapes


def test_segnet_is_built(zoo: Path, registry: Registry, tmp_path: Path) -> None:
    name = "alexgkendall__SegNet-Tutorial__Models_bayesian_segnet_basic_inference"
    for file, channels in (("image.png", 3), ("labels.png", 1)):
        pixels = np.zeros((360, 480, channels), np.uint8)
        (tmp_path / file).write_bytes(tf.io.encode_png(pixels).numpy())
    (tmp_path / "test.txt").write_text("image.png labels.png\n")
    text = (zoo / "prototxt" / f"{name}.prototxt").read_text()
    text = text.replace("/SegNet/CamVid/test.txt", str(tmp_path / "test.txt"))
    (tmp_path / "net.prototxt").write_text(text)
    net = load_net(tmp_path / "net.prototxt", registry=registry)
    assert net.blob_shapes["prob"] == (8, 11, 360, 480)


def test_python_layers_choose_how_many_regions_there_are(
    zoo: Path, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rpn").mkdir()
    (tmp_path / "rpn" / "__init__.py").touch()
    (tmp_path / "rpn" / "proposal_layer.py").write_text(PROPOSALS)
    monkeypatch.syspath_prepend(tmp_path)
    name = "rbgirshick__py-faster-rcnn__models_pascal_voc_ZF_faster_rcnn_end2end_test"
    path = zoo / "prototxt" / f"{name}.prototxt"
    net = load_net(path, registry=registry, allow_python_layers=True)
    for count in (3, 7):
        given = {"data": np.zeros((1, 3, 224, 224)), "im_info": np.array([[224, 224, count]])}
        tops = net.forward(given)
        assert {name: top.shape for name, top in tops.items()} == {
            "bbox_pred": (count, 84),
            "cls_prob": (count, 21),
        }
