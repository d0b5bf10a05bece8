"""A small net to export, and NumPy's own account of what is done to images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import owltf_exporter
from click.testing import CliRunner, Result

from owltf.api import load_net, save_weights
from owltf.cli import Commands
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

Export = Callable[..., Result]

CROP, RESIZE, CLASSES = 14, (18, 20), 4
MEAN, SCALE = (10.0, 20.0, 30.0), 0.02

NET = f"""
name: "small"
layer {{ name: "data" type: "ImageData" top: "data" top: "label"
  image_data_param {{ source: "list.txt" batch_size: 3
    new_height: {RESIZE[0]} new_width: {RESIZE[1]} }}
  transform_param {{ crop_size: {CROP} scale: {SCALE}
    mean_value: {MEAN[0]} mean_value: {MEAN[1]} mean_value: {MEAN[2]} }} }}
layer {{ name: "conv/1" type: "Convolution" bottom: "data" top: "conv/1"
  convolution_param {{ num_output: 6 kernel_size: 3 pad: 1 bias_term: false
    weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "bn" type: "BatchNorm" bottom: "conv/1" top: "bn" }}
layer {{ name: "scale" type: "Scale" bottom: "bn" top: "bn" scale_param {{ bias_term: true }} }}
layer {{ name: "relu" type: "ReLU" bottom: "bn" top: "bn" }}
layer {{ name: "norm" type: "LRN" bottom: "bn" top: "norm" }}
layer {{ name: "pool" type: "Pooling" bottom: "norm" top: "pool"
  pooling_param {{ pool: MAX kernel_size: 3 stride: 2 }} }}
layer {{ name: "pool2" type: "Pooling" bottom: "pool" top: "pool2"
  pooling_param {{ pool: AVE kernel_size: 3 stride: 2 pad: 1 }} }}
layer {{ name: "group" type: "Convolution" bottom: "pool2" top: "group"
  convolution_param {{ num_output: 4 kernel_size: 3 pad: 1 stride: 2 group: 2
    weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "drop" type: "Dropout" bottom: "group" top: "group" }}
layer {{ name: "fc" type: "InnerProduct" bottom: "group" top: "fc"
  inner_product_param {{ num_output: {CLASSES} weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }}
layer {{ name: "accuracy" type: "Accuracy" bottom: "fc" bottom: "label" top: "accuracy"
  include {{ phase: TEST }} }}
"""
DEPLOY = f"""
layer {{ name: "data" type: "Input" top: "data"
  input_param {{ shape {{ dim: 1 dim: 3 dim: {CROP} dim: {CROP} }} }} }}
""" + NET[NET.index('layer { name: "conv/1"') : NET.index('layer { name: "loss"')]


def write_weights(path: Path) -> None:
    """Write weights for the small net, with BatchNorm statistics of its own."""
    deploy = path.with_name("deploy.prototxt")
    deploy.write_text(DEPLOY)
    net, rng = load_net(deploy), np.random.default_rng(3)
    gathered = [rng.uniform(0.5, 2, 6), rng.uniform(1, 3, 6), np.array([2.0])]
    net.set_params({"bn": gathered, "scale": [rng.uniform(0.5, 2, 6), rng.standard_normal(6)]})
    save_weights(net, path)


def export(runner: CliRunner, arguments: list[str], *plugins: Any) -> Result:
    """Run `owltf export`, with some plugins beside its own."""
    manager = make_manager()
    for plugin in (owltf_exporter, *plugins):
        manager.register(plugin)
    group = Commands("owltf")
    manager.hook.owltf_add_command(commands=group)
    return runner.invoke(group, ["export", *arguments], obj=Registry(manager))


def check_error(ran: Result, message: str) -> None:
    """Check for one line and exit status 2."""
    assert ran.exit_code == 2, ran.output
    (line,) = ran.stderr.splitlines()
    assert line.startswith("owltf: error: ")
    assert message in line


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """Return what an .npz file holds."""
    with np.load(path) as arrays:
        return dict(arrays)


def prepared(
    images: np.ndarray,
    resize: tuple[int, int],
    crop: int,
    mean: Any = 0.0,
    scale: float = 1.0,
    *,
    grey: bool = False,
) -> np.ndarray:
    """Return what Caffe makes of RGB images: resized, the centre, BGR, less the mean, scaled."""
    values = [_resized(_grey(image) if grey else image, *resize) for image in images]
    top, left = (resize[0] - crop) // 2, (resize[1] - crop) // 2
    centre = np.stack(values)[:, top : top + crop, left : left + crop, ::-1].astype(np.float32)
    less = centre - np.asarray(mean, np.float32)
    return np.ascontiguousarray((less * np.float32(scale)).transpose(0, 3, 1, 2))


def _grey(image: np.ndarray) -> np.ndarray:
    weighed = image.astype(np.int64) @ np.array([9798, 19235, 3735])
    return ((weighed + (1 << 14)) >> 15)[..., None].astype(np.uint8)


def _resized(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return `cv2.resize(image, (width, height))`."""
    if image.shape[:2] == (2 * height, 2 * width):
        quads = image.reshape(height, 2, width, 2, -1).astype(int).sum((1, 3))
        return ((quads + 2) >> 2).astype(np.uint8)
    above, below, near_row, far_row = (part[:, None, None] for part in _places(len(image), height))
    left, right, near, far = _places(image.shape[1], width)
    values = image.astype(int)
    rows = values[:, left] * near[:, None] + values[:, right] * far[:, None]
    upper, lower = (rows[row.ravel()] >> 4 for row in (above, below))
    total = ((near_row * upper) >> 16) + ((far_row * lower) >> 16)
    return ((total + 2) >> 2).astype(np.uint8)


def _places(old: int, new: int) -> tuple[np.ndarray, ...]:
    """Return the two pixels that each new one lies between, and their weights of 2048."""
    place = ((np.arange(new) + 0.5) * (old / new) - 0.5).astype(np.float32)
    start = np.floor(place).astype(int)
    part = place - start.astype(np.float32)
    near, far = (np.rint(each * np.float32(2048)).astype(int) for each in (1 - part, part))
    return np.maximum(start, 0), np.minimum(start + 1, old - 1), near, far
