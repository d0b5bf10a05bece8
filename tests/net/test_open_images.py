"""A net whose layers compute on images of any size takes them without being built anew."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.open_images import FixedSizeError, with_open_images

# Everything that makes another size of an image, and what takes one as it is.
TEXT = """
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 8 kernel_size: 5 stride: 2 pad: 2
    weight_filler { type: "xavier" } } }
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" }
layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
layer { name: "prelu" type: "PReLU" bottom: "conv" top: "conv" }
layer { name: "lrn" type: "LRN" bottom: "conv" top: "lrn" }
layer { name: "max" type: "Pooling" bottom: "lrn" top: "max" top: "mask"
  pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "ave" type: "Pooling" bottom: "lrn" top: "ave"
  pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }
layer { name: "like_max" type: "Crop" bottom: "ave" bottom: "max" top: "like_max"
  crop_param { axis: 2 } }
layer { name: "sum" type: "Eltwise" bottom: "max" bottom: "like_max" top: "sum" }
layer { name: "holes" type: "Convolution" bottom: "sum" top: "holes"
  convolution_param { num_output: 8 group: 4 kernel_size: 3 pad: 2 dilation: 2
    weight_filler { type: "xavier" } } }
layer { name: "both" type: "Concat" bottom: "holes" bottom: "sum" top: "both" }
layer { name: "up" type: "Deconvolution" bottom: "both" top: "up"
  convolution_param { num_output: 4 kernel_size: 4 stride: 2 group: 2
    weight_filler { type: "bilinear" } } }
layer { name: "crop" type: "Crop" bottom: "up" bottom: "conv" top: "crop" crop_param { axis: 2 } }
layer { name: "mvn" type: "MVN" bottom: "crop" top: "mvn" }
layer { name: "softmax" type: "Softmax" bottom: "crop" top: "softmax" }
layer { name: "argmax" type: "ArgMax" bottom: "softmax" top: "argmax" argmax_param { axis: 1 } }
layer { name: "slice" type: "Slice" bottom: "mvn" top: "half" top: "other" }
layer { name: "columns" type: "Im2col" bottom: "half" top: "columns"
  convolution_param { kernel_size: 3 } }
layer { name: "mean" type: "Reduction" bottom: "other" top: "mean"
  reduction_param { axis: 2 operation: MEAN } }
layer { name: "most" type: "Pooling" bottom: "crop" top: "most"
  pooling_param { pool: MAX global_pooling: true } }
layer { name: "global" type: "Pooling" bottom: "crop" top: "global"
  pooling_param { pool: AVE global_pooling: true } }
"""
TEXT += inner_product("ip", "global", "ip")
SIZES = [(32, 32), (33, 47), (40, 31), (38, 38)]


def images(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(2, 3, height, width)).astype(np.float32)


@pytest.fixture(scope="module")
def net() -> Net:
    return build(input_text("data", 1, 3, 32, 32) + TEXT, "TEST")


@pytest.mark.parametrize("size", SIZES)
def test_gives_what_a_net_built_for_the_size_gives(net: Net, size: tuple[int, int]) -> None:
    wanted = build(input_text("data", 1, 3, *size) + TEXT, "TEST")
    wanted.set_params(net.get_params())
    blobs = [name for name in net.blob_shapes if name != "data"]
    found = net.forward({"data": images(*size)}, blobs)
    for name, value in wanted.forward({"data": images(*size)}, blobs).items():
        assert found[name].shape == value.shape, name
        np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=1e-6, err_msg=name)


def test_a_pyramid_of_one_level_pools_the_whole_image() -> None:
    pool = """
    layer { name: "spp" type: "SPP" bottom: "data" top: "spp" spp_param { pyramid_height: 1 } }
    """
    net = build(input_text("data", 1, 3, 5, 5) + pool, "TEST")
    found = net.forward({"data": images(10, 6)})["spp"]
    np.testing.assert_array_equal(found, images(10, 6).max((2, 3), keepdims=True))


def test_losses_and_accuracies_are_of_any_size() -> None:
    heads = """
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" top: "loss" }
    layer { name: "accuracy" type: "Accuracy" bottom: "data" bottom: "label" top: "accuracy" }
    """
    wanted, net = (
        build(input_text("data", 1, 3, *size) + input_text("label", 1, 1, *size) + heads, "TEST")
        for size in [(9, 7), (8, 8)]
    )
    feeds = {"data": images(9, 7), "label": np.arange(2 * 63).reshape(2, 1, 9, 7) % 3}
    for name, value in wanted.forward(feeds).items():
        np.testing.assert_allclose(net.forward(feeds)[name], value, rtol=1e-6)


def test_the_model_is_open_and_stays_so_in_a_file(net: Net, tmp_path: Path) -> None:
    assert net.model.input["data"].shape == (None, 3, None, None)
    net.model.save(tmp_path / "net.keras")
    model = keras.models.load_model(tmp_path / "net.keras")
    found = model({"data": images(33, 47)})
    for name, value in net.forward({"data": images(33, 47)}).items():
        np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=1e-6, err_msg=name)


def test_a_layer_of_one_size_is_named() -> None:
    net = build(input_text("data", 1, 3, 8, 8) + inner_product("ip", "data", "ip"), "TEST")
    assert net.model.input["data"].shape == (None, 3, 8, 8)
    with pytest.raises(FixedSizeError):
        with_open_images(net.model)
    message = (
        r"input 'data' of net '' has shape \(1, 3, 8, 8\) \(any batch\), got \(2, 3, 9, 8\); "
        r"InnerProduct layer 'ip' \(<text>:\d\) is for images of one size"
    )
    with pytest.raises(OwltfError, match=message):
        net.forward({"data": images(9, 8)})


def test_an_axis_that_is_left_out_is_of_one_size() -> None:
    reshape = """
    layer { name: "r" type: "Reshape" bottom: "data" top: "r"
      reshape_param { shape { dim: 0 dim: 0 dim: -1 } } }
    """
    net = build(input_text("data", 1, 3, 1, 8) + reshape, "TEST")
    assert net.forward({"data": images(1, 8)})["r"].shape == (2, 3, 8)
    with pytest.raises(OwltfError, match="Reshape layer 'r' .* is for images of one size"):
        net.forward({"data": images(2, 8)})


def test_weights_along_height_and_width_are_of_one_size() -> None:
    scale = 'layer { name: "s" type: "Scale" bottom: "data" top: "s" scale_param { num_axes: -1 } }'
    net = build(input_text("data", 1, 3, 8, 8) + scale, "TEST")
    with pytest.raises(OwltfError, match="Scale layer 's'"):
        net.forward({"data": images(9, 8)})


def test_bottoms_that_must_be_of_one_size_are_not_spread() -> None:
    text = """
    layer { name: "small" type: "Pooling" bottom: "data" top: "small"
      pooling_param { kernel_size: 4 stride: 4 } }
    layer { name: "global" type: "Pooling" bottom: "data" top: "global"
      pooling_param { global_pooling: true } }
    layer { name: "sum" type: "Eltwise" bottom: "small" bottom: "global" top: "sum" }
    """
    net = build(input_text("data", 1, 3, 4, 4) + text, "TEST")
    with pytest.raises(OwltfError, match="^the bottoms of layer 'sum' are of different sizes$"):
        net.forward({"data": images(8, 8)})


def test_an_image_that_is_too_small_is_told_in_one_line(net: Net) -> None:
    with pytest.raises(OwltfError, match="^an image is too small for layer 'max'$"):
        net.forward({"data": images(2, 2)})


def test_sizes_that_do_not_fit_together_are_told_in_one_line() -> None:
    join = """
    layer { name: "pool" type: "Pooling" bottom: "data" top: "pool"
      pooling_param { kernel_size: 2 stride: 2 } }
    layer { name: "join" type: "Concat" bottom: "pool" bottom: "half" top: "join" }
    """
    net = build(input_text("data", 1, 3, 8, 8) + input_text("half", 1, 3, 4, 4) + join, "TEST")
    with pytest.raises(OwltfError, match=r"on 'data' \(2, 3, 6, 6\): .*[Dd]imension"):
        net.forward({"data": images(6, 6), "half": images(4, 4)})
