"""A small net on a small LMDB of images, and NumPy's own account of what it computes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import lmdb
import numpy as np

from owltf.api import load_net, save_weights

HEIGHT, WIDTH, CROP, RECORDS, CLASSES = 10, 12, 8, 22, 4
MEAN, SCALE = np.array([100, 120, 140], np.float32).reshape(3, 1, 1), np.float32(1 / 64)

DATA = """
layer { name: "data" type: "Data" top: "data" top: "label" %s
  transform_param { crop_size: 8 mirror: %s scale: 0.015625
    mean_value: 100 mean_value: 120 mean_value: 140 }
  data_param { source: "images_lmdb" batch_size: 8 backend: LMDB } }
"""
BODY = """
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 5 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 4 weight_filler { type: "gaussian" std: 0.3 } } }
"""
LOSS = """
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy"
  include { phase: TEST } }
"""
NET = (
    'name: "small"'
    + DATA % ("include { phase: TRAIN }", "true")
    + DATA % ("include { phase: TEST }", "false")
    + BODY
    + LOSS
)
DEPLOY = (
    'layer { name: "data" type: "Input" top: "data" '
    "input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }"
    + BODY
    + 'layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }'
)
SOLVER = """
net: "net.prototxt" base_lr: 0.01 lr_policy: "fixed" max_iter: 1 test_iter: 2 test_interval: 9
test_initialization: false snapshot: 1 snapshot_prefix: "snap" random_seed: 5
"""


@dataclass(frozen=True)
class Images:
    """The records of the database, and the net's parameters.

    Attributes:
        pixels: uint8 (N, C, H, W).
        labels: their classes.
        params: the net's blobs by layer.
    """

    pixels: np.ndarray
    labels: np.ndarray
    params: dict[str, list[np.ndarray]]

    @property
    def whole(self) -> np.ndarray:
        """The images less their mean, scaled, not cropped."""
        return (self.pixels.astype(np.float32) - MEAN) * SCALE

    def crops(self, top: int, left: int, *, mirrored: bool = False) -> np.ndarray:
        """Cut the same part out of every image."""
        cut = self.whole[:, :, top : top + CROP, left : left + CROP]
        return cut[..., ::-1] if mirrored else cut

    def conv(self, images: np.ndarray) -> np.ndarray:
        """Compute the convolution, before the ReLU."""
        weights, bias = self.params["conv"]
        windows = np.lib.stride_tricks.sliding_window_view(images, (3, 3), axis=(2, 3))
        return np.einsum("nchwij,ocij->nohw", windows, weights) + bias.reshape(-1, 1, 1)

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Compute the scores of the classes."""
        weights, bias = self.params["ip"]
        flat = np.maximum(self.conv(images), 0).reshape(len(images), -1)
        return flat @ weights.T + bias

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Compute the probabilities of the classes."""
        scores = np.exp(self.scores(images))
        return scores / scores.sum(1, keepdims=True)


def write_case(folder: Path) -> Images:
    """Write nets, solver, database and weights."""
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (RECORDS, 3, HEIGHT, WIDTH), np.uint8)
    labels = rng.integers(0, CLASSES, RECORDS)
    (folder / "net.prototxt").write_text(NET)
    (folder / "deploy.prototxt").write_text(DEPLOY)
    (folder / "solver.prototxt").write_text(SOLVER)
    net = load_net(folder / "deploy.prototxt")
    datum = net.context.registry.schema.message("Datum")
    path = str(folder / "images_lmdb")
    with lmdb.open(path, map_size=1 << 20) as database, database.begin(write=True) as out:
        for number, (image, label) in enumerate(zip(pixels, labels, strict=True)):
            shape = {"channels": 3, "height": HEIGHT, "width": WIDTH}
            record = datum(data=image.tobytes(), label=int(label), **shape)
            out.put(f"{number:04}_photo".encode(), record.SerializeToString())
    save_weights(net, folder / "net.caffemodel")
    return Images(pixels, labels, net.get_params())


# The corners and the centre.
CUTS = ((0, 0), (HEIGHT - CROP, 0), (0, WIDTH - CROP), (HEIGHT - CROP, WIDTH - CROP), (1, 2))


def ten_views(images: Images) -> np.ndarray:
    """Return the mean over the ten crops of each image's probabilities."""
    return np.mean(
        [
            images.probabilities(images.crops(top, left, mirrored=mirrored))
            for top, left in CUTS
            for mirrored in (False, True)
        ],
        axis=0,
    )
