"""The state of a net: one call for a pass, and what data layers give."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from script_nets import SMALL, close, net_of

import owltf.pycaffe as caffe

RNG = np.random.default_rng(3)


def test_a_pass_is_one_call_and_copies_nothing_back(
    small: caffe.Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, calls = small._state.built.runner, []
    run = type(runner).run
    monkeypatch.setattr(type(runner), "run", lambda *args: calls.append(1) or run(*args))
    small.forward()
    assert calls == [1]
    assert not small.blobs["conv"].data_memory.is_current
    assert small.blobs["conv"].data.any()
    small._state.forward_backward()
    assert calls == [1, 1]


def test_forward_and_backward_in_one_call_are_those_in_two(tmp_path: Path) -> None:
    one, two = (net_of(tmp_path, SMALL, caffe.TRAIN) for _ in range(2))
    two.share_with(one)
    for net in (one, two):
        net.params["ip"][0].data[...] = 0.01
    one._state.forward_backward()
    two.blobs["data"].data[...] = one.blobs["data"].data
    two.forward(start="conv")
    two.backward()
    for name, blob in one.blobs.items():
        close(two.blobs[name].data, blob.data)
        close(two.blobs[name].diff, blob.diff)


def test_dropout_keeps_its_mask_for_the_way_back(tmp_path: Path) -> None:
    text = """input: "x" input_shape { dim: 4 dim: 50 } force_backward: true
        layer { name: "drop" type: "Dropout" bottom: "x" top: "y" }"""
    net = net_of(tmp_path, text, caffe.TRAIN)
    net.forward(x=np.ones((4, 50)))
    first = net.blobs["y"].data.copy()
    net.blobs["y"].diff[...] = 1
    close(net.backward()["x"], first)
    assert not np.array_equal(net.forward()["y"], first)


def test_statistics_move_once_for_a_pass_and_its_way_back(tmp_path: Path) -> None:
    text = """input: "x" input_shape { dim: 8 dim: 2 } force_backward: true
        layer { name: "bn" type: "BatchNorm" bottom: "x" top: "y" }"""
    net = net_of(tmp_path, text, caffe.TRAIN)
    x = RNG.normal(size=(8, 2))
    net.forward(x=x)
    mean = net.params["bn"][0].data
    close(mean, x.mean(0))
    net.backward()
    close(mean, x.mean(0))
    close(net.params["bn"][2].data, [1])


def test_data_of_several_sizes(tmp_path: Path) -> None:
    images = [RNG.integers(256, size=(*size, 3), dtype=np.uint8) for size in ((4, 5), (6, 3))]
    for number, image in enumerate(images):
        cv2.imwrite(str(tmp_path / f"{number}.png"), image)
    (tmp_path / "list.txt").write_text("0.png 0\n1.png 1\n")
    net = net_of(tmp_path, SIZES.replace("FOLDER", str(tmp_path)), caffe.TRAIN)
    for number in (0, 1, 0):
        image = images[number].transpose(2, 0, 1)[None].astype(np.float32)
        net.clear_param_diffs()
        net.forward()
        net.backward()
        close(net.blobs["data"].data, image)
        close(net.blobs["label"].data, [number])
        close(net.blobs["mean"].data, image.mean((2, 3), keepdims=True))
        assert net.blobs["data"].diff.shape == net.blobs["conv"].data.shape == image.shape
        close(net.params["conv"][0].diff[0, :, 0, 0], image.mean((0, 2, 3)))


SIZES = """
layer { name: "data" type: "ImageData" top: "data" top: "label"
  image_data_param { source: "FOLDER/list.txt" root_folder: "FOLDER/" batch_size: 1 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 3 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "mean" type: "Pooling" bottom: "data" top: "mean"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "loss" type: "Reduction" bottom: "pool" top: "loss" loss_weight: 1 }
layer { name: "rest" type: "Silence" bottom: "label" bottom: "mean" }
"""
