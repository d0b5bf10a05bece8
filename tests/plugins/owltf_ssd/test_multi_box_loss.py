"""MultiBoxLoss gives the figures of a real build of SSD, on several devices too."""

from __future__ import annotations

from typing import Any

import numpy as np
import owltf_ssd
import pytest
import tensorflow as tf
from fork_oracle import series
from oracle_layers import ORACLE, check_oracle

from owltf.api import OwltfError
from owltf.runtime.devices import choose_devices
from owltf.runtime.step import Step, step
from owltf.testing import net_of, one_layer, run_layer, use_plugins


@pytest.mark.parametrize("name", ["multibox_softmax", "multibox_logistic"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


def losses_on(replicas: int, whole: tuple[str, ...]) -> list[float]:
    """Return the loss that each replica computes of the recorded batch."""
    arrays = dict(np.load(ORACLE / "multibox_softmax.npz"))
    bottoms = series(arrays, "bottom")
    devices = choose_devices(cpu_replicas=replicas)
    with devices.scope(), use_plugins(owltf_ssd):
        net = net_of(ORACLE / "multibox_softmax.prototxt", "TRAIN")
        model = net.model_of_tensors([loss.tensor for loss in net.losses])
    batch = {f"bottom{i}": tf.constant(bottom) for i, bottom in enumerate(bottoms)}

    def run(rows: dict[str, tf.Tensor]) -> tf.Tensor:
        context = tf.distribute.get_replica_context()
        number = 0 if replicas == 1 else int(tf.get_static_value(context.replica_id_in_sync_group))
        with step(Step(tf.zeros((), tf.int64), 0, number, replicas, len(bottoms[0]))):
            return tf.nest.flatten(model(rows))[0]

    found = tf.function(lambda: devices.run(run, devices.split(batch, whole)))()
    return [float(part) for part in devices.parts(found)]


def test_each_replica_takes_the_true_boxes_of_its_own_images() -> None:
    (alone,) = losses_on(1, ())
    np.testing.assert_allclose(losses_on(2, ("bottom2", "bottom3")), [alone, alone], rtol=1e-5)


def test_true_boxes_that_are_split_among_devices_are_refused() -> None:
    with pytest.raises(OwltfError, match="several devices each need all priors and true boxes"):
        losses_on(2, ())


def overlap(one: Any, other: Any) -> float:
    """Return the area that two boxes share by the area that either covers."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = np.prod(np.maximum(sides, 0))
    return float(shared / (np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2]) - shared))


def smooth_l1(difference: Any) -> float:
    """Return the sum of the smooth L1 distances."""
    size = np.abs(difference)
    return float(np.where(size < 1, size**2 / 2, size - 0.5).sum())


def cross_entropy(scores: Any, label: int) -> float:
    """Return the softmax loss of one row."""
    return float(np.log(np.exp(scores).sum()) - scores[label])


def hard_examples(
    loc: Any, conf: Any, priors: Any, truth: Any, code: str, agnostic: bool, most: int
) -> float:
    """Return the loss of one image whose priors overlap at most one true box by 0.5.

    Of all priors, matched or not, the `most` with the greatest losses of place and class count.
    """
    losses = []
    boxes, variances = priors.reshape(2, -1, 4)
    for place, scores, box, variance in zip(loc, conf, boxes, variances, strict=True):
        mine = [row for row in truth if overlap(box, row[3:7]) >= 0.5]
        size = np.tile(box[2:] - box[:2], 2) if code == "CORNER_SIZE" else 1
        target = (mine[0][3:7] - box) / size / variance if mine else place
        label = (1 if agnostic else int(mine[0][1])) if mine else 0
        losses.append((smooth_l1(place - target), cross_entropy(scores, label), bool(mine)))
    hardest = sorted(losses, key=lambda each: -each[0] - each[1])[:most]
    matches = sum(is_match for *_, is_match in hardest)
    return sum(place + kind for place, kind, _ in hardest) / max(matches, 1)


@pytest.mark.parametrize("code", ["CORNER", "CORNER_SIZE"])
@pytest.mark.parametrize("agnostic", [False, True])
def test_hard_examples(code: str, agnostic: bool) -> None:
    rng = np.random.default_rng(3)
    corner = np.array([[x, y] for x in (0.0, 0.25, 0.5, 0.75) for y in (0.0, 0.5)])
    boxes = np.concatenate([corner, corner + [0.25, 0.5]], 1)
    priors = np.stack([boxes, np.tile([0.1, 0.1, 0.2, 0.2], (8, 1))]).reshape(1, 2, -1)
    truth = np.array([[0, 2, 0, 0.01, 0.02, 0.24, 0.5, 0], [0, 1, 0, 0.5, 0.51, 0.76, 0.99, 0]])
    loc, conf = rng.standard_normal((8, 4)), rng.standard_normal((8, 3))
    fields = f"""
        type: "MultiBoxLoss" multibox_loss_param {{
          num_classes: 3 mining_type: HARD_EXAMPLE sample_size: 5 code_type: {code}
          map_object_to_agnostic: {str(agnostic).lower()}
        }}
    """
    bottoms = [loc.reshape(1, -1), conf.reshape(1, -1), priors, truth[None, None]]
    with use_plugins(owltf_ssd):
        run = run_layer(one_layer(fields, *(each.shape for each in bottoms)), bottoms)
    wanted = hard_examples(loc, conf, priors, truth, code, agnostic, 5)
    np.testing.assert_allclose(run.tops[0], wanted, rtol=1e-4)
