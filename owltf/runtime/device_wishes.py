"""What a command line may say of devices, checked without TensorFlow."""

from __future__ import annotations

from owltf.errors import OwltfError
from owltf.runtime.cluster import Cluster


def check_wishes(
    *,
    gpu: str | None = None,
    num_gpu: int | None = None,
    cpu_replicas: int | None = None,
    cluster: Cluster | None = None,
) -> None:
    """Raise OwltfError if wishes contradict each other, or are none.

    Args:
        gpu: "all", or the GPUs' numbers joined by commas.
        num_gpu: how many GPUs, the first ones.
        cpu_replicas: this many replicas on the CPU instead.
        cluster: the processes on all machines, if there are several.
    """
    if sum(wish is not None for wish in (gpu, num_gpu, cpu_replicas)) > 1:
        raise OwltfError("give one of --gpu, --num-gpu and --cpu-replicas")
    for name, count in {"--num-gpu": num_gpu, "--cpu-replicas": cpu_replicas}.items():
        if count is not None and count < 1:
            raise OwltfError(f"{name} must be at least 1, got {count}")
    if cluster is not None and cpu_replicas is not None and cpu_replicas > 1:
        raise OwltfError(
            f"--cpu-replicas {cpu_replicas}: on several machines TensorFlow takes one CPU replica "
            f"for each process; name more of them in TF_CONFIG"
        )
    if gpu not in (None, "all"):
        gpu_numbers(str(gpu))


def gpu_numbers(gpu: str) -> list[int]:
    """Return the numbers in the value of `--gpu`.

    Raises:
        OwltfError: if it holds something else, or a number twice.
    """
    parts = gpu.split(",")
    if not all(part.strip().isdecimal() for part in parts):
        raise OwltfError(f"--gpu takes numbers joined by commas, or all; got '{gpu}'")
    numbers = [int(part) for part in parts]
    if len(set(numbers)) < len(numbers):
        raise OwltfError(f"--gpu names a GPU twice: '{gpu}'")
    return numbers
