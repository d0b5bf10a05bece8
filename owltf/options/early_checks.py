"""Finds mistakes in a command line before TensorFlow is loaded, which takes seconds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from owltf.caffe.find_file import find_file
from owltf.caffe.net.named_files import check_named_files
from owltf.caffe.net.net_file import open_net_file
from owltf.caffe.net.solver_check import check_solver
from owltf.errors import OwltfError
from owltf.inference.channel_mean import check_mean
from owltf.options.devices import DEVICE_FLAGS
from owltf.runtime.device_wishes import check_wishes


def check_early(
    registry: Any,
    file: str,
    flags: dict[str, Any],
    *,
    test_nets: Iterable[int] | None = None,
    images: Iterable[str] = (),
) -> None:
    """Check a command's devices, read its net, and find the files that it and the options name.

    Args:
        registry: what plugins bring.
        file: the prototxt of a net or a solver.
        flags: the command's arguments by name; those of `weights_options`, `image_options` and
            `device_options`, and `labels`, are looked at if they are there.
        test_nets: the solver's test nets whose data must be there; None for no data.
        images: image files, folders and lists.

    Raises:
        OwltfError: if a file is missing, the prototxt is wrong, or devices contradict each other.
    """
    check_wishes(**{name: flags.get(name) for name in DEVICE_FLAGS})
    ignore = bool(flags.get("ignore_unknown_fields"))
    opened = open_net_file(file, registry.schema, ignore_unknown_fields=ignore)
    check_solver(opened, registry.solver_checks)
    check_weights(flags.get("weights") or ())
    if flags.get("labels") is not None:
        find_file(str(flags["labels"]), None)
    if flags.get("mean") is not None:
        check_mean(flags["mean"])
    for image in images:
        if not Path(image).exists():
            raise OwltfError(f"{image}: no such file or folder")
    for index in test_nets or ():
        check_named_files(opened.source("TEST", index))


def check_weights(paths: Iterable[str | Path]) -> None:
    """Raise OwltfError if a file of weights is missing."""
    for path in paths:
        if not Path(path).exists():
            raise OwltfError(f"no such weights file: {path}")
