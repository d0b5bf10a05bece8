"""Computes blobs of a net, a row for each record or image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from owltf.api import Batch, BatchRunner, Blob, Devices, Net, OwltfError
from owltf_extractor.formats.writer import KEY, LABEL, Column


@dataclass(frozen=True)
class Features:
    """The blobs of a net that are extracted.

    Attributes:
        net: the net.
        blobs: the blobs, by the name of the layer or blob that the user gave.
        labels: the column of the labels, None to leave them out.
        keys: whether the keys of the source's records are extracted too.
    """

    net: Net
    blobs: Mapping[str, Blob]
    labels: Column | None = None
    keys: bool = False

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the blobs."""
        varying = self.net.of_any_size(self._tensors)
        return [
            Column(name, tuple(size or 1 for size in blob.shape[1:]), varies=name in varying)
            for name, blob in self.blobs.items()
        ]

    @property
    def _tensors(self) -> dict[str, Any]:
        return {name: blob.to_caffe().tensor for name, blob in self.blobs.items()}

    @property
    def others(self) -> list[Column]:
        """The columns of keys and labels."""
        found = [Column(KEY, is_text=True)] if self.keys else []
        return [*found, self.labels] if self.labels else found

    def rows(self, devices: Devices, batches: Iterable[Batch]) -> Iterator[dict[str, Any]]:
        """Yield the rows of each batch, in order: an array for each column.

        Args:
            devices: the devices that run the net.
            batches: the net's inputs.

        Raises:
            OwltfError: if the data cannot be read, or a blob has no row for each record.
        """
        for batch, values in BatchRunner(self.net, self._tensors, devices).run(batches):
            for name, value in values.items():
                self._check(name, len(value), batch.rows)
            yield {**values, **self._others(batch)}

    def _check(self, name: str, got: int, rows: int) -> None:
        if got != rows:
            raise OwltfError(
                f"'{name}' of net '{self.net.name}' has {got} rows for {rows} records of a batch"
            )

    def _others(self, batch: Batch) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.keys:
            # Some formats write a key as a line of text.
            found[KEY] = [" ".join(key.splitlines()) for key in batch.keys]
        if self.labels:
            found[LABEL] = np.asarray(batch.labels)
        return found


def find_features(
    net: Net, names: Sequence[str], *, before_in_place: bool = False
) -> dict[str, Blob]:
    """Return the blobs that belong to the names of layers or blobs.

    Args:
        net: the net.
        names: layers or blobs.
        before_in_place: leave out the in-place layers that change a layer's output.

    Raises:
        OwltfError: if a name is unknown, or a blob has no row for each image.
    """
    found = {name: net.output_of(name, before_in_place=before_in_place) for name in names}
    for name, blob in found.items():
        _check_rows(net, name, blob)
    return found


def _check_rows(net: Net, name: str, blob: Blob) -> None:
    batches = {each.batch for each in net.input_blobs.values()}
    if blob.tensor.shape[:1] != (None,) or blob.batch not in batches:
        raise OwltfError(
            f"'{name}' of net '{net.name}' has shape {blob.shape}, not a row for each record"
        )
