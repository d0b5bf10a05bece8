"""Maps between the pixels of tops, and crops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import owltf.pycaffe as caffe
from owltf.pycaffe.coord_map import (
    AxisMismatchException,
    Map,
    UndefinedMapException,
    compose,
    coord_map,
    coord_map_from_to,
    crop,
    inverse,
)

L, P = caffe.layers, caffe.params


def spec(kernel: Any = 3, stride: Any = 1, pad: Any = 0, **deconv: Any) -> caffe.NetSpec:
    n = caffe.NetSpec()
    n.data = L.Input(shape=dict(dim=[2, 1, 100, 100]))
    n.conv = L.Convolution(n.data, num_output=10, kernel_size=kernel, stride=stride, pad=pad)
    n.relu = L.ReLU(n.conv, in_place=True)
    n.pool = L.Pooling(n.relu, pool=P.Pooling.MAX, kernel_size=2, stride=2)
    sizes = dict(num_output=10, kernel_size=4, stride=2, pad=0) | deconv
    n.deconv = L.Deconvolution(n.pool, convolution_param=sizes)
    return n


def test_each_layer_has_its_map() -> None:
    n = spec(kernel=5, stride=2, pad=1)
    assert coord_map(n.conv.fn) == (1, 0.5, (1 - 2) / 2)
    assert coord_map(n.relu.fn) == (None, 1, 0)
    assert coord_map(n.pool.fn) == (1, 0.5, -0.25)
    assert coord_map(n.deconv.fn) == (1, 2, 1.5)
    with pytest.raises(UndefinedMapException):
        coord_map(n.data.fn)


def test_the_map_of_a_net_with_a_deconvolution() -> None:
    n = spec()
    axis, a, b = coord_map_from_to(n.deconv, n.data)
    # conv: x - 1; pool: x / 2 - 1/4; deconv: 2 x + 3/2; together x, and one less.
    assert (axis, a, b) == (1, 1, 0)
    assert coord_map_from_to(n.data, n.deconv) == (1, 1, 0)
    assert coord_map_from_to(n.relu, n.conv) == (None, 1, 0)


def test_sizes_along_each_axis() -> None:
    n = spec(kernel=[3, 5], pad=[0, 1])
    _, a, b = coord_map_from_to(n.conv, n.data)
    assert (a == 1).all() and b.tolist() == [1, 1]


def test_a_crop_covers_its_target() -> None:
    n = spec(kernel_size=8)
    n.score = crop(n.deconv, n.data)
    param = n.to_proto().layer[-1].crop_param
    assert (param.axis, list(param.offset)) == (2, [2])
    # The crop of a crop is in place already.
    n.again = crop(n.score, n.data)
    assert list(n.to_proto().layer[-1].crop_param.offset) == [0]
    assert coord_map(n.score.fn) == (1, 1, -2)


def test_crops_that_cannot_be() -> None:
    n = spec()
    with pytest.raises(AssertionError, match="scale mismatch"):
        crop(n.pool, n.data)
    with pytest.raises(AssertionError, match="negative offset"):
        crop(n.conv, n.data)
    n.other = L.Input(shape=dict(dim=[2, 1, 5, 5]))
    n.ip = L.InnerProduct(n.data, num_output=10)
    for top, target in ((n.ip, n.data), (n.conv, n.other)):
        with pytest.raises(RuntimeError, match="Could not compute map between tops"):
            coord_map_from_to(top, target)
    with pytest.raises(AssertionError, match="legacy"):
        coord_map(L.Pooling(n.data, kernel_h=2, kernel_w=2).fn)
    with pytest.raises(AxisMismatchException):
        compose(Map(1, 1, 0), Map(2, 1, 0))


def test_a_map_and_its_inverse_are_none() -> None:
    coord = Map(1, np.array([2.0]), np.array([3.0]))
    assert compose(coord, inverse(coord)) == (1, 1, 0)
