"""Binary files of forks are read by the forks' own numbers, which Caffe may have for others."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from owltf.caffe.binary.renumber import renumbered
from owltf.caffe.prototxt.text import parse_text
from owltf.caffe.schema.schema import load_schema
from owltf.caffe.upgrade_file import upgrade_caffemodel
from owltf.testing import use_plugins

PLUGINS = ("owltf_faces", "owltf_rcnn", "owltf_segmentation", "owltf_ssd", "owltf_yolo")
SOURCES = Path(__file__).parents[2] / "plugins"


@pytest.mark.parametrize(
    ("schema", "number", "text"),
    [
        (
            "owltf_segmentation/pspnet.pb",
            {543: 143},
            'type: "Interp" interp_param { zoom_factor: 3 }',
        ),
        (
            "owltf_segmentation/pspnet.pb",
            {544: 144},
            'type: "SegAccuracy" seg_accuracy_param { ignore_label: 255 reset: false }',
        ),
        ("owltf_segmentation/pspnet.pb", {}, 'type: "BN" bn_param { frozen: true momentum: 0.5 }'),
        ("owltf_segmentation/segnet.pb", {445: 45}, 'type: "BN" bn_param { bn_mode: INFERENCE }'),
        (
            "owltf_segmentation/segnet.pb",
            {537: 137},
            'type: "Upsample" bottom: "x" bottom: "m" upsample_param { scale_h: 3 scale_w: 2 }',
        ),
        ("owltf_yolo/yolo.pb", {}, 'type: "Upsample" bottom: "x" upsample_param { scale: 4 }'),
        (
            "owltf_faces/faces.pb",
            {303: 203},
            'type: "TripletLoss" triplet_loss_param { margin: 0.25 }',
        ),
        ("owltf_ssd/ssd.pb", {}, 'type: "PriorBox" prior_box_param { min_size: 9 step: 8 }'),
    ],
)
def test_a_caffemodel_of_a_fork(
    schema: str, number: dict[int, int], text: str, tmp_path: Path
) -> None:
    net = load_schema([SOURCES / schema]).message("NetParameter")(name="n")
    parse_text(f'layer {{ name: "layer" top: "y" {text} }}', net, "net.prototxt")
    layer = renumbered(net.layer[0].SerializeToString(), number)
    forks = tmp_path / "forks.caffemodel"
    # Of a NetParameter, the name is field 1 and a layer field 100.
    forks.write_bytes(b"\x0a\x01n\xa2\x06" + bytes([len(layer)]) + layer)
    with use_plugins(*map(import_module, PLUGINS)) as registry:
        upgrade_caffemodel(forks, tmp_path / "new.caffemodel", registry.schema)
        message = registry.schema.message("NetParameter")
        found = message.FromString((tmp_path / "new.caffemodel").read_bytes()).layer[0]
        wanted = message()
        parse_text(f'layer {{ name: "layer" top: "y" {text} }}', wanted, "net.prototxt")
    assert {field.name for field, _ in found.ListFields()} == {
        field.name for field, _ in wanted.layer[0].ListFields()
    }
    assert found == wanted.layer[0]
