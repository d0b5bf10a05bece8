"""MultiBoxLoss gives the figures of a real build of SSD, on several devices too."""

from __future__ import annotations

import numpy as np
import owltf_ssd
import pytest
import tensorflow as tf
from fork_oracle import series
from oracle_layers import ORACLE, check_oracle

from owltf.api import OwltfError
from owltf.runtime.devices import choose_devices
from owltf.runtime.step import Step, step
from owltf.testing import net_of, use_plugins


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
