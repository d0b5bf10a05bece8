"""Reads the batches of a net: one record stream for each data layer, combined into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import repeat
from typing import Any

from owltf.errors import OwltfError
from owltf.net.net import Net
from owltf.net.source_batches import SourceBatches


def first_positions(net: Net) -> dict[str, int]:
    """Return the record at which each data layer of a net starts, by layer name."""
    return {source.name: source.layer.first_position for source in net.sources}


def positions_after(net: Net, start: Mapping[str, int], passes: int) -> dict[str, int]:
    """Return where each data layer stands after some batches."""
    return {
        source.name: start[source.name] + passes * source.layer.batch_size for source in net.sources
    }


def batches(net: Net, start: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Return an endless iterator over a net's inputs, each element a dict of whole batches.

    Images are as `Net.loss_model` takes them: those of `Net.channels_last` are (N, H, W, C).

    Args:
        net: the net.
        start: the record at which each data layer starts.

    Raises:
        OwltfError: if an input of the net has no data layer.
    """
    check_fed(net)
    if not net.sources:
        return repeat({})
    return SourceBatches(net.sources, start, net.channels_last)


def check_fed(net: Net) -> None:
    """Raise OwltfError if an input of the net has no data layer."""
    fed = {top for source in net.sources for top in source.tops}
    unfed = [name for name in net.inputs if name not in fed]
    if unfed:
        raise OwltfError(
            f"net '{net.name}' ({net.phase}): inputs {unfed} have no data; give it data layers"
        )
