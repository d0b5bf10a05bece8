"""Chooses the devices of a run from what the command line asks for."""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.cluster import WAIT, Cluster
from owltf.runtime.device_wishes import check_wishes, gpu_numbers
from owltf.runtime.machines import join_cluster
from owltf.runtime.replicas import Replicas
from owltf.runtime.threads import threads

_ON_CPU = (
    "leave the option out to run on the CPU; GPUs need NVIDIA's driver and "
    "pip install 'owltf[and-cuda]'"
)


@dataclass(frozen=True)
class Devices(Replicas):
    """The devices that a run computes on, with a replica on each.

    Attributes:
        names: the device of each replica, for people.
    """

    names: tuple[str, ...]


def choose_devices(
    *,
    gpu: str | None = None,
    num_gpu: int | None = None,
    cpu_replicas: int | None = None,
    cluster: Cluster | None = None,
    wait: float = WAIT,
) -> Devices:
    """Return the devices that a command line asks for: every GPU present unless told otherwise.

    Args:
        gpu: "all", or the GPUs' numbers joined by commas.
        num_gpu: how many GPUs, the first ones.
        cpu_replicas: this many replicas on the CPU instead.
        cluster: the processes on all machines, each of which has so many devices.
        wait: seconds in which the others must start.

    Raises:
        OwltfError: if more are asked for than there are, two options contradict each other, or
            another process does not start.
    """
    check_wishes(gpu=gpu, num_gpu=num_gpu, cpu_replicas=cpu_replicas, cluster=cluster)
    if cluster is not None:
        return _of_cluster(cluster, wait, [] if cpu_replicas else _chosen(gpu, num_gpu))
    if cpu_replicas is not None:
        return _cpu_replicas(cpu_replicas)
    chosen = _chosen(gpu, num_gpu)
    return _gpus(chosen) if chosen else one_cpu()


def default_device() -> Devices:
    """Return the device that TensorFlow uses by default: the first GPU, or else the CPU."""
    has_gpu = bool(tf.config.list_physical_devices("GPU"))
    return Devices(tf.distribute.get_strategy(), ("GPU 0" if has_gpu else "CPU",))


def one_cpu() -> Devices:
    """Return the CPU as the only device, even if there are GPUs."""
    if not tf.config.list_physical_devices("GPU"):
        return default_device()
    return Devices(tf.distribute.OneDeviceStrategy("CPU:0"), ("CPU",))


def _of_cluster(cluster: Cluster, wait: float, gpus: list[int]) -> Devices:
    _show_gpus(gpus)
    local = [f"GPU {number}" for number in gpus] or ["CPU"]
    names = [
        f"{each} of worker {place}" for place in range(len(cluster.addresses)) for each in local
    ]
    return Devices(join_cluster(cluster, wait), tuple(names), cluster=cluster)


def _chosen(gpu: str | None, num_gpu: int | None) -> list[int]:
    return _numbers(gpu, num_gpu, len(tf.config.list_physical_devices("GPU")))


def _numbers(gpu: str | None, num_gpu: int | None, present: int) -> list[int]:
    if num_gpu is not None:
        wanted = list(range(num_gpu))
        # One device is always there: without a GPU it is the CPU, as for owl.net's default.
        if num_gpu == 1 and not present:
            return []
    elif gpu in (None, "all"):
        wanted = list(range(present))
        if gpu == "all" and not present:
            raise OwltfError(f"--gpu all: TensorFlow sees 0 GPUs; {_ON_CPU}")
    else:
        wanted = gpu_numbers(str(gpu))
    if any(number >= present for number in wanted):
        asked = f"{num_gpu} GPUs" if num_gpu else f"GPU {max(wanted)}"
        there = f"{present} (numbered from 0)" if present else f"0; {_ON_CPU}"
        raise OwltfError(f"{asked} asked for, but TensorFlow sees {there}")
    return wanted


def _show_gpus(numbers: list[int]) -> None:
    """Let TensorFlow see these GPUs alone."""
    present = tf.config.list_physical_devices("GPU")
    chosen = [present[number] for number in numbers]
    tf.config.set_visible_devices(chosen, "GPU")
    for device in chosen:
        tf.config.experimental.set_memory_growth(device, True)


def _gpus(numbers: list[int]) -> Devices:
    _show_gpus(numbers)
    names = tuple(f"GPU {number}" for number in numbers)
    if len(numbers) == 1:
        return Devices(tf.distribute.get_strategy(), names)
    logical = [f"GPU:{index}" for index in range(len(numbers))]
    return Devices(tf.distribute.MirroredStrategy(logical), names)


def _cpu_replicas(count: int) -> Devices:
    if count == 1:
        return one_cpu()
    _make_logical_cpus(count)
    names = tuple(f"CPU {number}" for number in range(count))
    strategy = tf.distribute.MirroredStrategy(
        [f"CPU:{number}" for number in range(count)],
        cross_device_ops=tf.distribute.ReductionToOneDevice(),
    )
    return Devices(strategy, names)


def _make_logical_cpus(count: int) -> None:
    cpu = tf.config.list_physical_devices("CPU")[0]
    try:
        tf.config.set_logical_device_configuration(
            cpu, [tf.config.LogicalDeviceConfiguration()] * count
        )
        # Replicas that compute at one time are quicker with some cores for each than with all for
        # all: an operation of one then never waits for a thread that works for another.
        tf.config.threading.set_intra_op_parallelism_threads(max(1, threads() // count))
    except RuntimeError:
        there = len(tf.config.list_logical_devices("CPU"))
        if there < count:
            raise OwltfError(
                f"{count} CPU replicas asked for, but TensorFlow has already started with {there}; "
                f"ask for them before anything else runs"
            ) from None
