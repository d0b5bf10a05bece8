"""Nets learn to find squares by YOLO's losses."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import owltf_yolo
import pytest

from owltf.api import NetContext, choose_devices, hookimpl, load_net, open_net_file
from owltf.plugin.manager import registered
from owltf.testing import use_plugins
from owltf.train.prepare import RunOptions, prepare
from owltf.train.trainer import Trainer

SIDE, MAP = 32, 4
DATA = """
    layer {{ name: "data" type: "HDF5Data" top: "data" top: "label"
      hdf5_data_param {{ source: "train.txt" batch_size: 16 }} }}
    {body}
    layer {{ name: "loss" type: "{type}" bottom: "map" bottom: "label" top: "loss" {fields} }}
"""
INPUT = """
    layer {{ name: "data" type: "Input" top: "data"
      input_param {{ shape {{ dim: 1 dim: 1 dim: 32 dim: 32 }} }} }}
    {body}
    layer {{ name: "boxes" type: "{type}" bottom: "map" top: "boxes" {fields} }}
"""
CONVOLUTION = """
    layer {{ name: "{name}" type: "Convolution" bottom: "{bottom}" top: "{name}"
      convolution_param {{
        num_output: {outputs} kernel_size: {kernel} stride: {stride} pad: {pad}
        weight_filler {{ type: "msra" }} }} }}
"""
SOLVER = """
    net: "net.prototxt" type: "Adam" base_lr: 0.01 momentum: 0.9 lr_policy: "fixed" random_seed: 2
    display: 1 max_iter: {} snapshot_after_train: false
"""
REGION = {
    "type": "RegionLoss",
    "fields": """region_loss_param { num_class: 1 num: 1 biases: 1.2 biases: 1.2 object_scale: 5
      noobject_scale: 1 coord_scale: 2 rescore: 0 }""",
}
YOLOV3 = {
    "type": "Yolov3",
    "fields": """yolov3_param { num_class: 1 num: 1 mask: 0 biases: 10 biases: 10 anchors_scale: 8
      coord_scale: 1 thresh: 0.6 }""",
}
FOUND = {
    "RegionLoss": (
        "YoloDetectionOutput",
        "yolo_detection_output_param { num_classes: 1 num_box: 1 biases: 1.2 biases: 1.2 }",
    ),
    "Yolov3": (
        "Yolov3DetectionOutput",
        """yolov3_detection_output_param { num_classes: 1 num_box: 1 mask_group_num: 1 mask: 0
          biases: 10 biases: 10 anchors_scale: 8 }""",
    ),
}


def body() -> str:
    """Return convolutions from an image of 32 x 32 to a map of 4 x 4."""
    text, bottom = "", "data"
    for number, outputs in enumerate((8, 16, 16)):
        given = {"bottom": bottom, "outputs": outputs, "kernel": 4, "stride": 2, "pad": 1}
        bottom = f"conv{number}"
        text += CONVOLUTION.format(name=bottom, **given)
        text += f'layer {{ name: "relu{number}" type: "ReLU" bottom: "{bottom}" top: "{bottom}" }}'
    return text + CONVOLUTION.format(
        name="map", bottom=bottom, outputs=6, kernel=3, stride=1, pad=1
    )


def squares(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images of a bright square each, and their true boxes, (N, 2 * 5): one each."""
    rng = np.random.default_rng(seed)
    images = rng.uniform(0, 0.2, (count, 1, SIDE, SIDE)).astype(np.float32)
    labels = np.zeros((count, 10), np.float32)
    for image, label in zip(images, labels, strict=True):
        size = int(rng.integers(8, 13))
        left, top = rng.integers(0, SIDE - size, 2)
        image[0, top : top + size, left : left + size] = 1
        label[1:5] = np.array([left + size / 2, top + size / 2, size, size]) / SIDE
    return images, labels


class Losses:
    """Keeps the losses of a run."""

    def __init__(self) -> None:
        self.kept: list[float] = []

    @hookimpl
    def owltf_displayed(self, display: object) -> None:
        """Keep one."""
        self.kept.append(float(display.loss))  # type: ignore[attr-defined]


def train(folder: Path, loss: dict[str, str], updates: int) -> tuple[list[float], float]:
    """Return a run's losses, and the mean overlap of the best boxes of new images."""
    images, labels = squares(256, 0)
    with h5py.File(folder / "train.h5", "w") as file:
        file["data"], file["label"] = images, labels
    (folder / "train.txt").write_text("train.h5\n")
    (folder / "net.prototxt").write_text(DATA.format(body=body(), **loss))
    (folder / "solver.prototxt").write_text(SOLVER.format(updates))
    report = Losses()
    with use_plugins(owltf_yolo) as registry:
        file = open_net_file(folder / "solver.prototxt", registry.schema)
        context = NetContext(registry, "TRAIN")
        start = prepare(file, context, choose_devices(cpu_replicas=1), RunOptions())
        with registered(registry.manager, report, "report"):
            assert Trainer(start).run() == 0
        kind, fields = FOUND[loss["type"]]
        (folder / "deploy.prototxt").write_text(INPUT.format(body=body(), type=kind, fields=fields))
        net = load_net(folder / "deploy.prototxt", registry=registry)
        net.set_params(start.nets.train.get_params())
        new, truth = squares(32, 1)
        rows = [net.forward({"data": image[None]})["boxes"][0, 0] for image in new]
    return report.kept, float(np.mean([overlap(*pair) for pair in zip(rows, truth, strict=True)]))


def overlap(rows: np.ndarray, label: np.ndarray) -> float:
    """Return how much the best box overlaps the true one."""
    box = rows[np.argmax(rows[:, 2]), 3:]
    center, half = label[1:3], label[3:5] / 2
    true = np.concatenate([center - half, center + half])
    sides = np.minimum(box[2:], true[2:]) - np.maximum(box[:2], true[:2])
    shared = np.prod(np.maximum(sides, 0))
    areas = [np.prod(each[2:] - each[:2]) for each in (box, true)]
    return float(shared / (sum(areas) - shared))


@pytest.mark.parametrize("loss", [REGION, YOLOV3], ids=["RegionLoss", "Yolov3"])
def test_the_loss_falls_and_boxes_are_found(tmp_path: Path, loss: dict[str, str]) -> None:
    losses, found = train(tmp_path, loss, 60)
    assert np.mean(losses[-10:]) < losses[0] / 3
    assert found > 0.5
