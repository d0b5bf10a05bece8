"""Says at the end how many records of data layers were skipped."""

from __future__ import annotations

from collections.abc import Iterable

from owltf.net.source import Source


def tell_skipped(sources: Iterable[Source]) -> None:
    """Tell of each data layer that left records out, by `--skip-bad-records`."""
    for source in sources:
        if source.layer.bad_records is not None:
            source.layer.bad_records.tell_total()
