"""Caffe's fillers, which set the initial values of parameter blobs; one file per type."""

from collections.abc import Callable, Mapping
from typing import Any

from owltf.registry.markers import hookimpl


@hookimpl
def owltf_fillers() -> Mapping[str, Callable[..., Any]]:
    """Return the fillers by their `type`."""
    from owltf.fillers.bilinear import bilinear
    from owltf.fillers.constant import constant
    from owltf.fillers.gaussian import gaussian
    from owltf.fillers.msra import msra
    from owltf.fillers.positive_unitball import positive_unitball
    from owltf.fillers.uniform import uniform
    from owltf.fillers.xavier import xavier

    return {
        "constant": constant,
        "uniform": uniform,
        "gaussian": gaussian,
        "positive_unitball": positive_unitball,
        "xavier": xavier,
        "msra": msra,
        "bilinear": bilinear,
    }
