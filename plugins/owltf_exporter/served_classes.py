"""Finds the output of a net with a score for each class, and the names of the classes."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from pathlib import Path

from owltf.api import Net, OwltfError, read_class_names
from owltf_exporter.export_job import Classes

_TOP = 5
_USUAL = "prob"


def find_classes(
    net: Net, outputs: Iterable[str], labels: Path | None, top: int | None
) -> Classes | None:
    """Return the classes of a net, None if the user gives neither `labels` nor `top`.

    Args:
        net: the net.
        outputs: the blobs that it gives.
        labels: a file with the classes' names, a line each.
        top: the number of classes to return; 5, or all if there are fewer, unless given.

    Raises:
        OwltfError: if no output has scores or several have, or the labels or `top` do not fit.
    """
    if labels is None and top is None:
        return None
    blob = _scores(net, outputs)
    count = net.blob_shapes[blob][1]
    if top is not None and top > count:
        raise OwltfError(f"--top-k {top}: '{blob}' has {count} classes")
    names = tuple(read_class_names(labels, count)) if labels else ()
    return Classes(blob, count, top or min(_TOP, count), labels, names)


def _scores(net: Net, outputs: Iterable[str]) -> str:
    shapes = {name: net.blob_shapes[name] for name in outputs}
    fitting = [name for name, shape in shapes.items() if len(shape) > 1 and prod(shape[2:]) == 1]
    if len(fitting) == 1 or _USUAL in fitting:
        return _USUAL if _USUAL in fitting else fitting[0]
    if fitting:
        raise OwltfError(
            f"several outputs have scores: {', '.join(fitting)}; name one with --outputs"
        )
    raise OwltfError(f"no output has a score for each class; outputs: {shapes}")
