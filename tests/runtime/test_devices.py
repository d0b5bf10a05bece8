"""Devices: what is asked for and what there is."""

from __future__ import annotations

import pytest
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.devices import choose_devices, default_device, one_cpu

HAS_GPU = bool(tf.config.list_physical_devices("GPU"))
without_gpu = pytest.mark.skipif(HAS_GPU, reason="this machine has a GPU")


@without_gpu
def test_the_cpu_is_one_device() -> None:
    assert choose_devices().names == ("CPU",)
    assert choose_devices(num_gpu=1).names == ("CPU",)
    assert choose_devices(cpu_replicas=1).count == 1
    assert default_device().names == ("CPU",)


def test_one_cpu_is_a_cpu_though_there_may_be_gpus() -> None:
    value = one_cpu().run(lambda: tf.ones(3) + 1)
    assert value.device.endswith("CPU:0")


def test_cpu_replicas() -> None:
    devices = choose_devices(cpu_replicas=3)
    assert devices.count == devices.local_count == 3
    assert devices.names == ("CPU 0", "CPU 1", "CPU 2")


def test_cpu_replicas_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where TensorFlow has not started yet, as here it has."""
    given: list[int] = []
    monkeypatch.setattr(tf.config, "set_logical_device_configuration", lambda *wanted: None)
    set_threads = "set_intra_op_parallelism_threads"
    monkeypatch.setattr(tf.config.threading, set_threads, given.append)
    monkeypatch.setattr("owltf.runtime.devices.threads", lambda: 8)
    for count in (2, 3, 4):
        choose_devices(cpu_replicas=count)
    assert given == [4, 2, 2]


@without_gpu
@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"num_gpu": 2}, r"2 GPUs asked for, but TensorFlow sees 0"),
        ({"gpu": "0,2"}, r"GPU 2 asked for, but TensorFlow sees 0; .*owltf\[and-cuda\]"),
        ({"gpu": "all"}, r"0 GPUs; .* pip install 'owltf\[and-cuda\]'"),
    ],
)
def test_more_gpus_than_there_are(wish: dict, reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        choose_devices(**wish)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"num_gpu": 0}, "at least 1"),
        ({"cpu_replicas": 0}, "at least 1"),
        ({"gpu": "a"}, "numbers joined by commas"),
        ({"gpu": "1,1"}, "twice"),
        ({"gpu": "0", "num_gpu": 1}, "one of"),
        ({"cpu_replicas": 99}, "already started with 4"),
    ],
)
def test_wishes_that_make_no_sense(wish: dict, reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        choose_devices(**wish)
