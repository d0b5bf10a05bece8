"""Layers that left records out are told at the end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from owltf.net.skipped_records import tell_skipped


def test_layers_that_can_skip_are_asked() -> None:
    told: list[int] = []
    bad = SimpleNamespace(tell_total=lambda: told.append(1))
    layers = [SimpleNamespace(bad_records=each) for each in (None, bad, bad)]
    sources: list[Any] = [SimpleNamespace(layer=layer) for layer in layers]
    tell_skipped(sources)
    assert told == [1, 1]
