"""A net, its weights and images, as Caffe's programs take them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from script_nets import net_of

import owltf.pycaffe as caffe

NET = """input: "data" input_shape { dim: 4 dim: 3 dim: 6 dim: 6 }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
      inner_product_param { num_output: 7 weight_filler { type: "gaussian" std: 0.01 } } }
    layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }"""


def write_files(folder: Path) -> list[str]:
    """Write files into a folder; return the options that name the net."""
    net_of(folder, NET, caffe.TEST).save(str(folder / "w.caffemodel"))
    (folder / "net.prototxt").write_text(NET)
    (folder / "images").mkdir()
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        pixels = rng.integers(256, size=(9, 8, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / "images" / f"{name}.png"), pixels)
    np.save(folder / "mean.npy", rng.uniform(100, 120, size=(3, 5, 5)))
    return ["--model_def", "net.prototxt", "--pretrained_model", "w.caffemodel"]
