"""The options of Caffe's programs that look at images, and the arguments of nets from them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import numpy as np

import owltf.pycaffe as caffe

_MODEL = "models/bvlc_reference_caffenet/"
_MEAN = "python/caffe/imagenet/ilsvrc_2012_mean.npy"


def add_options(parser: ArgumentParser) -> None:
    """Add the options that describe a net and what is done to its images."""
    add = parser.add_argument
    add("--model_def", default=f"{_MODEL}deploy.prototxt", help="the net's prototxt")
    weights = f"{_MODEL}bvlc_reference_caffenet.caffemodel"
    add("--pretrained_model", default=weights, help="its weights")
    add("--gpu", action="store_true", help="compute on the GPU")
    mean = (
        "the mean image (C, H, W) as a NumPy file, whose mean of each channel counts; '' for none"
    )
    add("--mean_file", default=_MEAN, help=mean)
    add("--input_scale", type=float, help="what values are multiplied by at the end")
    add("--raw_scale", type=float, default=255.0, help="what values are multiplied by first")
    add("--channel_swap", default="2,1,0", help="the order of the channels; 2,1,0 is BGR")


def image_steps(given: Namespace) -> dict[str, Any]:
    """Return the arguments of a Classifier or Detector, and set the device.

    Raises:
        OSError: if a file is missing.
    """
    if given.gpu:
        caffe.set_mode_gpu()
    else:
        caffe.set_mode_cpu()
    print("GPU mode" if given.gpu else "CPU mode")
    swap = [int(each) for each in given.channel_swap.split(",")] if given.channel_swap else None
    return {
        "mean": _mean(given.mean_file) if given.mean_file else None,
        "input_scale": given.input_scale,
        "raw_scale": given.raw_scale,
        "channel_swap": swap,
    }


def _mean(file: str) -> Any:
    if not Path(file).is_file():
        raise FileNotFoundError(f"--mean_file {file}: no such file; --mean_file '' takes no mean")
    mean = np.load(file, allow_pickle=False)
    return mean if mean.ndim == 1 else mean.mean(axis=(1, 2))
