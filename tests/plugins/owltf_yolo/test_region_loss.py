"""RegionLoss is what its definition says, forward and backward."""

from __future__ import annotations

import numpy as np
import owltf_yolo
import pytest
from yolo_reference import box_of, cells, overlap, sigmoid, softmax

from owltf.api import OwltfError
from owltf.testing import net_of, one_layer, run_layer, use_plugins

BIASES = [[0.7, 1.2], [2.5, 1.5]]
PARAM = """
    type: "RegionLoss" region_loss_param {{
      num_class: 3 num: 2 biases: 0.7 biases: 1.2 biases: 2.5 biases: 1.5 object_scale: 5
      noobject_scale: 0.5 class_scale: 2 coord_scale: 1.5 thresh: 0.3 {}
    }}
"""
MAP = np.random.default_rng(5).standard_normal((2, 16, 4, 4)).astype(np.float32)
TRUTH = np.array(
    [
        [2, 0.3, 0.4, 0.2, 0.3, 0, 0.31, 0.42, 0.25, 0.3, 1, 0.8, 0.8, 0.6, 0.3],
        [1, 0.1, 0.9, 0.1, 0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
    np.float32,
)


def changes(rescore: bool, bias_match: bool) -> np.ndarray:
    """Return what each prediction is told to change by, (N, A, 8, H, W)."""
    shape = MAP.shape
    found = np.zeros((2, 2, 8, 4, 4))
    truth = [[row for row in image.reshape(-1, 5) if row[3]] for image in TRUTH]
    sizes = np.array(BIASES) / 4
    values = {}
    for image, row, column, anchor, x in cells(MAP, 2):
        values[image, row, column, anchor] = x
        box = box_of(x, row, column, sizes[anchor], shape)
        best = max(overlap(box, each[1:]) for each in truth[image])
        place, sure = sigmoid(x[:2]), sigmoid(x[4])
        told = found[image, anchor, :, row, column]
        told[4] = 0 if best > 0.3 else 0.5 * sure * sure * (1 - sure)
        told[:2] = 0.01 * (place - 0.5) * place * (1 - place)
        told[2:4] = 0.01 * x[2:4]
    for image, rows in enumerate(truth):
        for label, *box in rows:
            column, row = int(box[0] * 4), int(box[1] * 4)
            mine = [values[image, row, column, anchor] for anchor in range(2)]
            own = [box_of(x, row, column, size, shape) for x, size in zip(mine, sizes, strict=True)]
            wide = sizes if bias_match else [each[2:] for each in own]
            anchor = int(np.argmax([overlap([0, 0, *w], [0, 0, *box[2:]]) for w in wide]))
            x, told = mine[anchor], found[image, anchor, :, row, column]
            scale = 1.5 if rescore else 1.5 * (2 - box[2] * box[3])
            place, sure = sigmoid(x[:2]), sigmoid(x[4])
            inside = np.array([box[0] * 4 - column, box[1] * 4 - row])
            told[:2] = scale * (place - inside) * place * (1 - place)
            told[2:4] = scale * (x[2:4] - np.log(np.array(box[2:]) / sizes[anchor]))
            wanted = overlap(own[anchor], box) if rescore else 1
            told[4] = 5 * (sure - wanted) * sure * (1 - sure)
            told[5:] = 2 * (softmax(x[5:]) - np.eye(3)[int(label)])
    return found


@pytest.mark.parametrize("rescore", [True, False])
@pytest.mark.parametrize("bias_match", [True, False])
def test_the_definition(rescore: bool, bias_match: bool) -> None:
    fields = PARAM.format(f"rescore: {rescore:d} bias_match: {bias_match:d}")
    with use_plugins(owltf_yolo):
        run = run_layer(one_layer(fields, MAP.shape, TRUTH.shape), [MAP, TRUTH])
    wanted = changes(rescore, bias_match)
    np.testing.assert_allclose(run.tops[0], (wanted**2).sum() / 2, rtol=1e-4)
    grad = run.bottom_grads[0]
    assert grad is not None
    np.testing.assert_allclose(grad, wanted.reshape(MAP.shape) / 2, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("field", ['class_map: "x"', "softmax: 0", "coords: 5"])
def test_refusals(field: str) -> None:
    name = field.split(":")[0]
    with use_plugins(owltf_yolo), pytest.raises(OwltfError, match=name):
        run_layer(one_layer(PARAM.format(field), MAP.shape, TRUTH.shape), [MAP, TRUTH])
    with use_plugins(owltf_yolo), pytest.raises(OwltfError, match="needs true boxes"):
        run_layer(one_layer(PARAM.format(""), MAP.shape, (2, 4)), [MAP, TRUTH[:, :4]])


def test_fields_that_change_nothing_are_told() -> None:
    fields = PARAM.format("absolute: 1 jitter: 0.2 random: 0 side: 13")
    with use_plugins(owltf_yolo):
        notes = net_of(one_layer(fields, MAP.shape, TRUTH.shape)).notes
    assert [note.split(": ")[1].split()[0] for note in notes] == [
        "absolute",
        "jitter",
        "random",
        "side",
    ]
