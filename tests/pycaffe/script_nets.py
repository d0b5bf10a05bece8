"""Small nets as scripts open them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import owltf.pycaffe as caffe

SMALL = """
name: "small"
layer { name: "data" type: "DummyData" top: "data" top: "label" dummy_data_param {
  shape { dim: 5 dim: 2 dim: 3 dim: 4 } shape { dim: 5 }
  data_filler { type: "gaussian" std: 1 } data_filler { type: "constant" } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 2 pad: 1 weight_filler { type: "gaussian" std: 1 }
    bias_filler { type: "constant" value: 2 } } param { decay_mult: 1 } param { decay_mult: 0 } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip_blob"
  inner_product_param { num_output: 3 weight_filler { type: "gaussian" std: 2.5 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip_blob" bottom: "label" top: "loss" }
"""


def close(got: Any, wanted: Any) -> None:
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5 * max(1, np.abs(wanted).max()))


def net_of(folder: Path, text: str, *args: Any, **kwargs: Any) -> caffe.Net:
    """Return the net of a text, whose file is gone at once."""
    file = folder / "net.prototxt"
    file.write_text(text)
    net = caffe.Net(str(file), *args, **kwargs)
    file.unlink()
    return net
