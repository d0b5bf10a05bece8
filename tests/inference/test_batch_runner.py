"""A net on whole batches, on one device and on several."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from solver_case import NET, Case

from owltf.errors import OwltfError
from owltf.inference.batch_runner import BatchRunner
from owltf.inference.load_net import load_net
from owltf.inference.net_batches import net_batches
from owltf.net.net import Net
from owltf.runtime.devices import Devices, choose_devices

BLOBS = ("conv1", "ip", "loss", "accuracy")


def computed(replicas: int, count: int | None = None, net: str = "net.prototxt") -> dict:
    devices = choose_devices(cpu_replicas=replicas)
    built = load_net(net, devices=devices)
    taken = list(runner(built, devices).run(net_batches(built, count)))
    assert [batch.rows for batch, _ in taken[:-1]] == [12] * (len(taken) - 1)
    return {name: [values[name] for _, values in taken] for name in BLOBS}


def runner(net: Net, devices: Devices | None = None) -> BatchRunner:
    wanted = {name: net.blob(name).to_caffe().tensor for name in BLOBS}
    return BatchRunner(net, wanted, devices)


@pytest.fixture
def uneven(small: Case) -> Case:
    """40 records, 12 a batch: the last has four."""
    small.add("net.prototxt", NET.replace("batch_size: 8", "batch_size: 12"))
    return small


def test_a_batch_gives_what_the_net_gives(uneven: Case) -> None:
    net = load_net("net.prototxt")
    taken = list(runner(net).run(net_batches(net)))
    assert [batch.rows for batch, _ in taken] == [12, 12, 12, 4]
    for batch, values in taken:
        wanted = net.forward(batch.arrays, BLOBS)
        for name in BLOBS:
            np.testing.assert_allclose(values[name], wanted[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("replicas", [2, 4])
def test_any_number_of_devices_gives_the_same_bits(uneven: Case, replicas: int) -> None:
    one, several = computed(1), computed(replicas)
    assert len(one["ip"]) == 4
    for name in BLOBS:
        for left, right in zip(one[name], several[name], strict=True):
            np.testing.assert_array_equal(left, right)


def test_fewer_batches_than_devices(uneven: Case) -> None:
    np.testing.assert_array_equal(computed(4, 1)["ip"], computed(1, 1)["ip"])


RECURRENT = """
layer { name: "cont" type: "DummyData" top: "cont" dummy_data_param { shape { dim: 12 dim: 1 }
  data_filler { type: "constant" value: 1 } } }
layer { name: "steps" type: "Reshape" bottom: "conv1" top: "steps"
  reshape_param { shape { dim: 12 dim: 1 dim: -1 } } }
layer { name: "lstm" type: "LSTM" bottom: "steps" bottom: "cont" top: "lstm"
  recurrent_param { num_output: 3 weight_filler { type: "uniform" min: -0.1 max: 0.1 } } }
layer { name: "quiet" type: "Silence" bottom: "label" }
"""


def test_a_net_that_goes_on_from_the_last_batch_gets_them_one_by_one(uneven: Case) -> None:
    before, _ = NET.replace("batch_size: 8", "batch_size: 12").split('layer { name: "ip"')
    uneven.add("recurrent.prototxt", before + RECURRENT)
    taken = []
    for replicas in (1, 2):
        devices = choose_devices(cpu_replicas=replicas)
        built = load_net("recurrent.prototxt", devices=devices)
        made = BatchRunner(built, built.blob("lstm").to_caffe().tensor, devices)
        assert made.at_once == 1
        taken.append([values for _, values in made.run(net_batches(built, 3))])
    np.testing.assert_array_equal(*taken)


def test_wrong_data_are_the_users_error(uneven: Case) -> None:
    net = NET.replace(
        'num_output: 4 weight_filler { type: "gaussian"',
        'num_output: 2 weight_filler { type: "gaussian"',
    )
    Path("two.prototxt").write_text(net)
    with pytest.raises(OwltfError, match="label 3 is out of range|label 2 is out of range"):
        computed(1, net="two.prototxt")
