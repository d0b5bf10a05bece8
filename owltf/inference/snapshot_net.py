"""Loads a solver's test net with the weights of a snapshot, for the classes of owl.net."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from owltf.caffe.net.net_file import open_net_file
from owltf.errors import OwltfError
from owltf.inference.load_net import load_net
from owltf.net.net import Net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry
from owltf.runtime.devices import Devices, choose_devices


@dataclass(frozen=True)
class SnapshotNet:
    """A solver's first TEST net with the weights of a snapshot.

    Attributes:
        net: the net.
        devices: where it computes.
        test_iter: how many batches the solver tests it on.
    """

    net: Net
    devices: Devices
    test_iter: int


def load_snapshot_net(
    solver_file: str | Path, snapshot: int, gpu_idx: int, tell: Callable[[str], object]
) -> SnapshotNet:
    """Build a solver's first TEST net, with the weights of a snapshot.

    What the snapshot has in another shape is as its filler makes it.

    Args:
        solver_file: the solver's prototxt.
        snapshot: owl.net's index of the snapshot.
        gpu_idx: the GPU to compute on; without GPUs 0 is the CPU.
        tell: receives sentences on what was loaded, and on what was left out.

    Raises:
        OwltfError: if a file is missing or wrong, or the solver has no test net.
    """
    registry = Registry(make_manager())
    file = open_net_file(solver_file, registry.schema)
    if not file.test_iter:
        raise OwltfError(f"{solver_file}: not a solver with a test net (test_iter)")
    devices = choose_devices(num_gpu=1) if gpu_idx == 0 else choose_devices(gpu=str(gpu_idx))
    net = load_net(
        file,
        snapshot=snapshot,
        registry=registry,
        devices=devices,
        reinit_mismatched=True,
        tell=tell,
    )
    return SnapshotNet(net, devices, file.test_iter[0])
