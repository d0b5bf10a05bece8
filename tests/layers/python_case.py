"""Modules of Python layers, as people write them for pycaffe, and nets that use them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oracle_case import one_layer

from owltf.inference.load_net import load_net
from owltf.net.net import Net

PYLOSS = '''
import caffe
import numpy as np


class EuclideanLossLayer(caffe.Layer):
    """Half the mean over rows of the squared distance."""

    def setup(self, bottom, top):
        if len(bottom) != 2:
            raise Exception("two bottoms are needed")

    def reshape(self, bottom, top):
        if bottom[0].count != bottom[1].count:
            raise Exception("bottoms must have one size")
        self.distance = np.zeros_like(bottom[0].data, dtype=np.float32)
        top[0].reshape(1)

    def forward(self, bottom, top):
        self.distance[...] = bottom[0].data - bottom[1].data
        top[0].data[...] = np.sum(self.distance**2) / bottom[0].num / 2.0

    def backward(self, top, propagate_down, bottom):
        for index, sign in ((0, 1), (1, -1)):
            if propagate_down[index]:
                scale = sign * top[0].diff[0] / bottom[0].num
                bottom[index].diff[...] = scale * self.distance


class Scaled(caffe.Layer):
    """Rows times a learned number and a given one, and the sum of each row."""

    def setup(self, bottom, top):
        self.factor = float(self.param_str)
        self.blobs.add_blob(1)
        self.blobs[0].data[...] = 3

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)
        top[1].reshape(bottom[0].num)

    def forward(self, bottom, top):
        top[0].data[...] = self.factor * self.blobs[0].data[0] * bottom[0].data
        top[1].data[...] = bottom[0].data.reshape(bottom[0].num, -1).sum(1)

    def backward(self, top, propagate_down, bottom):
        weight = self.factor * self.blobs[0].data[0]
        rows = top[1].diff.reshape(-1, *[1] * (len(bottom[0].shape) - 1))
        bottom[0].diff[...] = weight * top[0].diff + rows
        self.blobs[0].diff[0] = self.factor * (bottom[0].data * top[0].diff).sum()


class Clamp(caffe.Layer):
    """Negative values cut off, in place."""

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)

    def forward(self, bottom, top):
        top[0].data[...] = np.maximum(bottom[0].data, 0)

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = top[0].diff * (top[0].data > 0)


class Counted(caffe.Layer):
    """A batch of numbers that tell the pass and the row, without bottoms."""

    def setup(self, bottom, top):
        self.passes = 0

    def reshape(self, bottom, top):
        top[0].reshape(6, 2)
        top[1].reshape(1, 3)

    def forward(self, bottom, top):
        top[0].data[...] = self.passes * 100 + np.arange(6)[:, np.newaxis]
        top[1].data[...] = self.phase
        self.passes += 1

    def backward(self, top, propagate_down, bottom):
        pass


class Photos(caffe.Layer):
    """Images of one size after the other, with a class for each pixel: fcn's way to train."""

    def setup(self, bottom, top):
        self.index = 0

    def reshape(self, bottom, top):
        self.height, self.width = ((8, 9), (11, 6))[self.index % 2]
        top[0].reshape(1, 3, self.height, self.width)
        top[1].reshape(1, 1, self.height, self.width)

    def forward(self, bottom, top):
        numbers = np.arange(self.height * self.width).reshape(self.height, self.width)
        top[0].data[...] = np.sin(numbers) * np.ones((1, 3, 1, 1))
        top[1].data[...] = numbers % 2
        self.index += 1

    def backward(self, top, propagate_down, bottom):
        pass


class Pairs(caffe.Layer):
    """A source of points and their sums, drawn in turn."""

    def setup(self, bottom, top):
        self.draws = np.random.RandomState(1)

    def reshape(self, bottom, top):
        top[0].reshape(5, 3)
        top[1].reshape(5, 1)

    def forward(self, bottom, top):
        top[0].data[...] = self.draws.randn(5, 3)
        top[1].data[...] = top[0].data.sum(1, keepdims=True)

    def backward(self, top, propagate_down, bottom):
        raise Exception("a source has no gradient")
'''


def python(layer: str, *shapes: Sequence[int], tops: int = 1, fields: str = "") -> str:
    """Return a net of inputs and a Python layer of the module `pyloss`.

    Args:
        layer: the class, and more fields of `python_param`.
        *shapes: the bottoms' shapes.
        tops: how many tops.
        fields: more fields of the layer.
    """
    param = f'module: "pyloss" layer: {layer}'
    return one_layer(f'type: "Python" {fields} python_param {{ {param} }}', *shapes, tops=tops)


def write_module(folder: Path, text: str = PYLOSS) -> None:
    (folder / "pyloss.py").write_text(text)


def load(folder: Path, text: str, **options: Any) -> Net:
    """Return a net that stands in a folder beside its module."""
    (folder / "net.prototxt").write_text(text)
    return load_net(folder / "net.prototxt", allow_python_layers=True, **options)
