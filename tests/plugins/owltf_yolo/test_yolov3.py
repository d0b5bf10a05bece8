"""Yolov3 is what its definition says, forward and backward."""

from __future__ import annotations

import numpy as np
import owltf_yolo
import pytest
from yolo_reference import box_of, cells, overlap, sigmoid

from owltf.api import OwltfError
from owltf.testing import net_of, one_layer, run_layer, use_plugins

SIZES = np.array([[10, 14], [23, 27], [37, 58], [81, 82]]) / 128
MASK = [1, 3]
PARAM = """
    type: "Yolov3" yolov3_param {{
      num_class: 3 num: 2 mask: 1 mask: 3 anchors_scale: 32 object_scale: 3 class_scale: 2
      coord_scale: 1.5 thresh: 0.3
      biases: 10 biases: 14 biases: 23 biases: 27 biases: 37 biases: 58 biases: 81 biases: 82 {}
    }}
"""
MAP = np.random.default_rng(6).standard_normal((2, 16, 4, 4)).astype(np.float32)
TRUTH = np.array(
    [
        # The second is of the third anchor's shape, which is none of this map's.
        [2, 0.3, 0.4, 0.2, 0.2, 0, 0.6, 0.4, 0.3, 0.45, 1, 0.8, 0.8, 0.6, 0.7],
        # Two at one place: the last one's box counts, and both classes.
        [1, 0.1, 0.9, 0.2, 0.2, 0, 0.12, 0.92, 0.19, 0.2, 0, 0, 0, 0, 0],
    ],
    np.float32,
)


def changes(logic: bool, focal: bool, eps: float, least: float) -> np.ndarray:
    """Return what each prediction is told to change by, (N, A, 8, H, W)."""
    found = np.zeros((2, 2, 8, 4, 4))
    truth = [[row for row in image.reshape(-1, 5) if row[3]] for image in TRUTH]
    values = {}
    for image, row, column, anchor, x in cells(MAP, 2):
        values[image, row, column, anchor] = x
        box = box_of(x, row, column, SIZES[MASK[anchor]], MAP.shape)
        best = max(overlap(box, each[1:]) for each in truth[image])
        found[image, anchor, 4, row, column] = 0 if best > 0.3 else sigmoid(x[4])
    for image, rows in enumerate(truth):
        for label, *box in rows:
            column, row = int(box[0] * 4), int(box[1] * 4)
            shapes = [overlap([0, 0, *size], [0, 0, *box[2:]]) for size in SIZES]
            best = int(np.argmax(shapes))
            given = [best] if best in MASK else []
            told_apart = MASK.index(best) if given else best
            given += [n for n in MASK if shapes[n] > least and n != told_apart and least < 1]
            for number in given:
                anchor = MASK.index(number)
                x, told = values[image, row, column, anchor], found[image, anchor, :, row, column]
                scale = 1.5 * (2 - box[2] * box[3])
                told[:2] = scale * (sigmoid(x[:2]) - [box[0] * 4 - column, box[1] * 4 - row])
                told[2:4] = scale * (x[2:4] - np.log(np.array(box[2:]) / SIZES[number]))
                told[4] = (sigmoid(x[4]) - 1) * (3 if logic else 1)
                add_class(told[5:], sigmoid(x[5:]), int(label), focal, eps)
    return found


def add_class(told: np.ndarray, sure: np.ndarray, label: int, focal: bool, eps: float) -> None:
    """Add a true box's class to what the classes are told; the first one sets all."""
    if told[0]:
        told[label] = 2 * (sure[label] - (1 - eps / 2))
        return
    true = np.eye(3)[label]
    if focal:
        p = sure[label]
        told[:] = -2 * (sure - true) * 0.5 * (1 - p) * (2 * p * np.log(p) + p - 1)
    else:
        told[:] = 2 * (sure - (true * (1 - eps) + eps / 2))


@pytest.mark.parametrize(
    ("logic", "focal", "fields", "eps", "least"),
    [
        (True, False, "", 0.1, 0.5),
        (False, False, "label_smooth_eps: 0 iou_thresh: 1", 0, 1),
        (False, False, "label_smooth_eps: 0.3 iou_thresh: 0.1", 0.3, 0.1),
        (False, True, "iou_thresh: 0.2", 0.1, 0.2),
    ],
)
def test_the_definition(logic: bool, focal: bool, fields: str, eps: float, least: float) -> None:
    flags = f"use_logic_gradient: {str(logic).lower()} use_focal_loss: {str(focal).lower()}"
    with use_plugins(owltf_yolo):
        net = one_layer(PARAM.format(f"{flags} {fields}"), MAP.shape, TRUTH.shape)
        run = run_layer(net, [MAP, TRUTH])
    wanted = changes(logic, focal, eps, least)
    np.testing.assert_allclose(run.tops[0], (wanted**2).sum() / 2, rtol=1e-4)
    slope = sigmoid(MAP.reshape(wanted.shape)) * (1 - sigmoid(MAP.reshape(wanted.shape)))
    slope[:, :, 2:4] = 1
    handed = wanted * slope if logic else wanted
    grad = run.bottom_grads[0]
    assert grad is not None
    np.testing.assert_allclose(grad, handed.reshape(MAP.shape) / 2, rtol=1e-3, atol=1e-5)


def test_fields_that_change_nothing_are_told() -> None:
    fields = PARAM.format("noobject_scale: 2 side: 13 max_delta: 3")
    with use_plugins(owltf_yolo):
        notes = net_of(one_layer(fields, MAP.shape, TRUTH.shape)).notes
    told = ["max_delta", "noobject_scale", "object_scale", "side"]
    assert sorted(note.split(": ")[1].split()[0] for note in notes) == told
    assert "object_scale has no effect: MobileNet-YOLO uses it with use_logic_gradient" in str(
        notes
    )


@pytest.mark.parametrize(
    ("field", "said"), [("iou_loss: GIOU", "iou_loss"), ("mask: 2", "needs as many mask")]
)
def test_refusals(field: str, said: str) -> None:
    with use_plugins(owltf_yolo), pytest.raises(OwltfError, match=said):
        run_layer(one_layer(PARAM.format(field), MAP.shape, TRUTH.shape), [MAP, TRUTH])
