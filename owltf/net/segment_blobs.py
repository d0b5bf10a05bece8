"""Tells which blobs consecutive layers of a net take from before, make, and leave at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from owltf.convert.blob import Blob
from owltf.net.net_layer import NetLayer


@dataclass(frozen=True)
class SegmentBlobs:
    """The blobs of consecutive layers, as they are before and after these.

    Attributes:
        layers: the layers.
    """

    layers: Sequence[NetLayer]

    @cached_property
    def fed(self) -> dict[str, Blob]:
        """The blobs that the layers take from before them, by name."""
        fed: dict[str, Blob] = {}
        made: set[str] = set()
        for layer in self.layers:
            taken = layer.tops if layer.is_fed else layer.bottoms
            fed.update({blob.name: blob for blob in taken if blob.name not in {*made, *fed}})
            made.update(blob.name for blob in layer.named_tops)
        return fed

    @cached_property
    def copies(self) -> list[tuple[str, str]]:
        """Pairs of blobs fed to one layer that are one tensor to TensorFlow, such as of a Split."""
        return [
            (one.name, other.name)
            for layer in self.layers
            for one, other in combinations(layer.bottoms, 2)
            if one.name != other.name and one.tensor is other.tensor
            if {one.name, other.name} <= self.fed.keys()
        ]

    @cached_property
    def before(self) -> dict[str, Blob]:
        """Every blob, as it is before in-place layers."""
        return {blob.name: blob for blob in (*reversed(self._tops), *self.fed.values())}

    @cached_property
    def after(self) -> dict[str, Blob]:
        """Every blob, as it is after the last layer."""
        return {blob.name: blob for blob in (*self.fed.values(), *self._tops)}

    @property
    def _tops(self) -> list[Blob]:
        return [blob for layer in self.layers for blob in layer.named_tops]

    @cached_property
    def untaken(self) -> tuple[str, ...]:
        """The names of the blobs that no later layer takes, sorted as Caffe does."""
        untaken: set[str] = set()
        for layer in self.layers:
            untaken -= {blob.name for blob in layer.bottoms}
            untaken |= {blob.name for blob in layer.named_tops}
        return tuple(sorted(untaken))


def laid_out(blobs: Mapping[str, Blob], arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return arrays that are in Caffe's order, each moved into the layout of its blob."""
    return {name: blobs[name].value_of_caffe(array) for name, array in arrays.items()}


def in_caffe_order(
    blobs: Mapping[str, Blob], values: Mapping[str, Any], names: Iterable[str]
) -> dict[str, Any]:
    """Return values that are in the layout of their blobs, each moved into Caffe's order."""
    return {name: blobs[name].value_in_caffe(values[name]) for name in names}
