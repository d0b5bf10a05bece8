"""All layers of the forks' plugins that a served net may have are exported, whole.

A net with each of a plugin's layers gives the same in ONNX, as a SavedModel and as a program.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import owltf_exporter
import pytest
from owltf_exporter.export_job import Exported
from owltf_exporter.formats import onnx_file, python_file
from owltf_exporter.formats.saved_model import saved_model

from owltf.api import LayerConverter, converter_of, load_net
from owltf.testing import use_plugins

INPUT = 'layer {{ name: "{0}" type: "Input" top: "{0}" input_param {{ shape {{ {1} }} }} }}'
LAYER = 'layer {{ name: "{0}" type: "{1}" {2} top: "{0}" {3} }}'
INPUTS = {
    "x": (2, 8, 4, 6),
    "one": (1, 8, 4, 6),
    "two": (2, 8, 4, 6),
    "factor": (2, 8),
    "places": (2, 4, 6, 1, 1),
    "loc": (2, 3072),
    "conf": (2, 2304),
    "image": (1, 3, 32, 48),
}
BOX = (
    "num_classes: 3 nms_param { nms_threshold: 0.45 top_k: 9 } keep_top_k: 6 code_type: CENTER_SIZE"
)
# By plugin: the type, the bottoms and the fields of each layer.
LAYERS: dict[str, list[tuple[str, str, str]]] = {
    "owltf_ssd": [
        ("Axpy", "factor x two", ""),
        *(
            (name, "x", "convolution_param { num_output: 8 kernel_size: 3 pad: 1 }")
            for name in ("ConvDepthwise", "ConvolutionDepthwise", "DepthwiseConvolution")
        ),
        ("Normalize", "x", "norm_param { across_spatial: false channel_shared: false }"),
        ("Permute", "x", "permute_param { order: 0 order: 2 order: 3 order: 1 }"),
        ("PriorBox", "x image", "prior_box_param { min_size: 9 variance: 0.1 }"),
        ("ReLU6", "x", ""),
        ("ShuffleChannel", "x", "shuffle_channel_param { group: 4 }"),
        ("DetectionOutput", "at scores PriorBox0", f"detection_output_param {{ {BOX} }}"),
    ],
    "owltf_yolo": [
        ("Reorg", "x", "reorg_param { stride: 2 }"),
        ("Upsample", "x", "upsample_param { scale: 3 }"),
        (
            "YoloDetectionOutput",
            "x",
            "yolo_detection_output_param { num_classes: 3 num_box: 1 biases: 1 biases: 2 }",
        ),
        (
            "Yolov3DetectionOutput",
            "x",
            """yolov3_detection_output_param { num_classes: 3 num_box: 1 mask_group_num: 1 mask: 0
              biases: 9 biases: 12 anchors_scale: 8 }""",
        ),
    ],
    "owltf_segmentation": [
        ("BN", "x", "bn_param { bn_mode: INFERENCE }"),
        ("BN", "x", "bn_param { frozen: true }"),
        ("Interp", "x", "interp_param { zoom_factor: 2 }"),
        ("Pooling", "x", "pooling_param { kernel_size: 3 stride: 2 ceil_mode: false }"),
        ("Upsample", "x zeros", "upsample_param { scale: 2 }"),
    ],
    "owltf_faces": [
        ("ChannelScale", "x ones", ""),
        ("Flip", "x", "flip_param { flip_height: true }"),
        ("InnerProduct", "x", "inner_product_param { num_output: 3 normalize: true }"),
        ("Normalize", "x", ""),
    ],
}
# What these layers take that no input gives.
HELPERS = {
    "at": 'layer { name: "at" type: "InnerProduct" bottom: "x" top: "at" inner_product_param {'
    ' num_output: 96 weight_filler { type: "xavier" } } }',
    "scores": 'layer { name: "scores" type: "InnerProduct" bottom: "x" top: "scores"'
    ' inner_product_param { num_output: 72 weight_filler { type: "xavier" } } }',
    "zeros": 'layer { name: "zeros" type: "Power" bottom: "x" top: "zeros" power_param { scale: 0'
    " shift: 7 } }",
    "ones": 'layer { name: "ones" type: "Convolution" bottom: "x" top: "ones" convolution_param {'
    ' num_output: 1 kernel_size: 1 weight_filler { type: "xavier" } } }',
}
# What is for training, or draws numbers: it is taken out of a net, or refused by name.
NOT_SERVED = {"LargeMarginInnerProduct", "SampledDropout"}
# A net of their own has them, in tests/plugins/owltf_rcnn/test_region_layer_programs.py.
ELSEWHERE = {"PSROIPooling", "Proposal", "ROIAlign", "ROIPooling", "ScaleTrainDropout"}


def net_text(plugin: str) -> str:
    """Return the prototxt of a net with all of a plugin's layers."""
    names = {name for _, bottoms, _ in LAYERS[plugin] for name in bottoms.split()}
    inputs = names | {"x"}
    text = [
        INPUT.format(name, " ".join(f"dim: {size}" for size in shape))
        for name, shape in INPUTS.items()
        if name in inputs
    ]
    text += [helper for name, helper in HELPERS.items() if name in names]
    count: dict[str, int] = {}
    for kind, bottoms, fields in LAYERS[plugin]:
        number = count[kind] = count.get(kind, -1) + 1
        taken = " ".join(f'bottom: "{name}"' for name in bottoms.split())
        text.append(LAYER.format(f"{kind}{number}", kind, taken, fields))
    return "\n".join(text)


@pytest.mark.parametrize("plugin", LAYERS)
def test_a_net_of_all_layers(plugin: str, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    (tmp_path / "net.prototxt").write_text(net_text(plugin))
    with use_plugins(import_module(plugin), owltf_exporter) as registry:
        net = Exported(load_net(tmp_path / "net.prototxt", registry=registry))
        forms: list[tuple[Any, str]] = [
            (onnx_file, "net.onnx"),
            (python_file, "net.py"),
            (saved_model, "net"),
        ]
        for form, name in forms:
            form.write(net, tmp_path / name)
            assert form.check(net, tmp_path / name).size < 1e-4, name


@pytest.mark.parametrize("plugin", [*LAYERS, "owltf_rcnn"])
def test_no_layer_is_left_out(plugin: str, tmp_path: Path) -> None:
    module = import_module(plugin)
    served: set[type[LayerConverter]] = {
        each
        for each in module.owltf_layer_converters()
        if not (each.is_loss or each.is_judge or each.__name__ in NOT_SERVED | ELSEWHERE)
    }
    if plugin == "owltf_rcnn":
        assert served == set()
        return
    (tmp_path / "net.prototxt").write_text(net_text(plugin))
    with use_plugins(module) as registry:
        net = load_net(tmp_path / "net.prototxt", registry=registry)
        taken = {type(converter_of(layer.parameter, registry)) for layer in net.graph.layers}
    assert served <= taken
