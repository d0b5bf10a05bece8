"""Every blob and every parameter has the shape that Caffe gives it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from zoo_files import build, without_splits

NETS = [
    "BVLC__caffe__models_bvlc_reference_caffenet_deploy",
    "BVLC__caffe__models_bvlc_reference_rcnn_ilsvrc13_deploy",
    "BVLC__caffe__examples_net_surgery_bvlc_caffenet_full_conv",
    "forresti__SqueezeNet__SqueezeNet_v1.1_deploy",
    "KaimingHe__deep-residual-networks__prototxt_ResNet-50-deploy",
    "shicai__MobileNet-Caffe__mobilenet_v2_deploy",
    "soeaver__caffe-model__cls_inception_deploy_inception-v4",
    "soeaver__caffe-model__cls_vgg_deploy_vgg13bn-pytorch",
    "yahoo__open_nsfw__nsfw_model_deploy",
    "CMU-Perceptual-Computing-Lab__openpose__models_pose_body_25_pose_deploy",
    "CMU-Perceptual-Computing-Lab__openpose__models_hand_pose_deploy",
    "Robert0812__deepsaldet__caffe-sal_examples_imagenet_deploy",
    "s9xie__hed__examples_hed_deploy",
    "RiweiChen__DeepFace__FaceExpression_FER_deploy",
    "luoyetx__mini-caffe__example_models_wgan_g",
    "lltcggie__waifu2x-caffe__bin_models_upconv_7_photo_scale2.0x_model",
    "BVLC__caffe__8198585b4_examples_lenet_lenet",
]


@pytest.mark.parametrize("name", NETS)
def test_shapes_are_caffes(zoo: Path, name: str) -> None:
    file = f"{name}.prototxt"
    expected = json.loads((zoo / "shapes.json").read_text())[file]
    net = build(zoo / "prototxt" / file)
    blobs = {blob: list(shape) for blob, shape in net.blob_shapes.items()}
    assert blobs == without_splits(expected["blobs"])
    params = {
        layer: [list(each.shape) for each in net.layer_params[layer]] for layer in net.layer_params
    }
    assert params == expected["params"]
    assert list(net.inputs) == expected["inputs"]
    assert list(net.outputs) == expected["outputs"]


def test_no_net_is_left_out(zoo: Path) -> None:
    assert {f"{name}.prototxt" for name in NETS} == json.loads(
        (zoo / "shapes.json").read_text()
    ).keys()
