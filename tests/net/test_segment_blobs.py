"""Which blobs layers in a row take, and which they leave."""

from __future__ import annotations

import numpy as np
from small_nets import build, input_text

from owltf.net.segment_blobs import SegmentBlobs, in_caffe_order, laid_out

NET = (
    input_text("x", 2, 3, 4, 5)
    + input_text("free", 2)
    + """
layer { name: "conv" type: "Convolution" bottom: "x" top: "y"
  convolution_param { num_output: 6 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "y" top: "y" }
layer { name: "more" type: "Power" bottom: "y" top: "y" power_param { shift: 1 } }
layer { name: "sum" type: "Eltwise" bottom: "y" bottom: "y" top: "sum" }
"""
)


def blobs(first: int, last: int) -> SegmentBlobs:
    return SegmentBlobs(build(NET).layers[first : last + 1])


def test_blobs_are_fed_that_are_taken_before_they_are_made() -> None:
    assert list(blobs(0, 5).fed) == ["x", "free"]
    assert list(blobs(2, 5).fed) == ["x"]
    assert list(blobs(4, 5).fed) == ["y"]


def test_blobs_are_left_that_no_later_layer_takes() -> None:
    assert blobs(0, 5).untaken == ("free", "sum")
    assert blobs(2, 3).untaken == ("y",)
    assert blobs(0, 1).untaken == ("free", "x")


def test_a_blob_before_and_after_in_place_layers() -> None:
    part = blobs(3, 4)
    relu, more = part.layers
    assert part.before["y"] is part.fed["y"] is relu.bottoms[0]
    assert part.after["y"] is more.tops[0]
    part = blobs(2, 4)
    assert part.before["y"] is part.layers[0].tops[0]


def test_copies_of_one_blob_are_found() -> None:
    split = 'layer { name: "split" type: "Split" bottom: "x" top: "a" top: "b" }'
    add = 'layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }'
    layers = build(input_text("x", 2, 3) + split + add).layers
    assert SegmentBlobs(layers[2:]).copies == [("a", "b")]
    assert SegmentBlobs(layers[1:]).copies == []


def test_arrays_move_to_the_layout_of_their_blob_and_back() -> None:
    part = blobs(3, 4)
    array = np.arange(72.0).reshape(2, 6, 2, 3)
    there = laid_out(part.fed, {"y": array})
    assert part.fed["y"].channels_last
    np.testing.assert_array_equal(there["y"], array.transpose(0, 2, 3, 1))
    back = in_caffe_order(part.before, there, ["y"])
    np.testing.assert_array_equal(back["y"], array)
