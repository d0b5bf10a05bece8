"""Caffe's fillers, which set the initial values of parameter blobs; one file per type."""

from collections.abc import Callable, Mapping
from typing import Any

from owltf.registry.discover import namesakes_in
from owltf.registry.markers import hookimpl


@hookimpl
def owltf_fillers() -> Mapping[str, Callable[..., Any]]:
    """Return the fillers by their `type`, which is the name of a file and of its function."""
    return namesakes_in(__name__)
