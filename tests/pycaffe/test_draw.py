"""Pictures of nets."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from google.protobuf import text_format
from script_nets import SMALL

from owltf.pycaffe import draw
from owltf.pycaffe.proto import caffe_pb2

NET = (
    SMALL
    + """
layer { name: "relu" type: "ReLU" bottom: "ip_blob" top: "ip_blob" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
  pooling_param { pool: AVE kernel_h: 2 kernel_w: 3 stride: 2 } }
layer { name: "acc" type: "Accuracy" bottom: "ip_blob" bottom: "label" top: "acc"
  include { phase: TEST } }
"""
)


@pytest.fixture
def net() -> Any:
    return text_format.Parse(NET, caffe_pb2.NetParameter())


def test_boxes_and_arrows(net: Any) -> None:
    text = draw.draw_net(net, "LR", "dot").decode()
    assert 'rankdir="LR"' in text
    assert '"conv_blob" -> "ip_InnerProduct"' in text
    assert '"ip_InnerProduct" -> "ip_blob_blob" [label="3"]' in text
    assert "#FF5050" in text and "#90EE90" in text
    assert "acc_Accuracy" in text
    assert "acc_Accuracy" not in draw.draw_net(net, "LR", "dot", phase=0).decode()
    assert "acc_Accuracy" in draw.draw_net(net, "LR", "dot", phase=1).decode()


def test_labels(net: Any) -> None:
    layers = {layer.name: layer for layer in net.layer}
    label = draw.get_layer_label(layers["conv"], "LR", display_lrm=True)
    assert label == "conv\n(Convolution)\nkernel size: 2\nstride: 1\npad: 1\nlr mult: 1/1"
    label = draw.get_layer_label(layers["pool"], "TB")
    assert label == "pool (Pooling) AVE kernel size: 2x3 stride: 2 pad: 0"


@pytest.mark.parametrize("rankdir", ["LR", "TB", "BT", "RL"])
def test_a_picture_without_graphviz(
    net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rankdir: str
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    draw.draw_net_to_file(net, str(tmp_path / "net.png"), rankdir)
    picture = cv2.imread(str(tmp_path / "net.png"))
    assert picture is not None
    # The convolution's colour, blue-green-red.
    assert (picture == [0x50, 0x50, 0xFF]).all(-1).sum() > 500
    is_wide = picture.shape[1] > picture.shape[0]
    assert is_wide == (rankdir in ("LR", "RL"))
    with pytest.raises(RuntimeError, match="no picture of format 'svg'"):
        draw.draw_net(net, rankdir, "svg")
    assert np.frombuffer(draw.draw_net(net, rankdir), np.uint8).size


def test_graphviz_is_told_the_format(
    net: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dot = tmp_path / "dot"
    dot.write_text('#!/bin/sh\n[ "$1" = -Tsvg ] || { echo bad format >&2; exit 1; }\nhead -c 7\n')
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert draw.draw_net(net, "LR", "svg") == b"digraph"
    with pytest.raises(RuntimeError, match="bad format"):
        draw.draw_net(net, "LR", "gif")
