"""Data layers that are not read yet."""

from __future__ import annotations

from owltf.data.unread import UNREAD
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry


def test_what_is_read_is_not_among_them() -> None:
    registry = Registry(make_manager())
    assert not UNREAD.keys() & {*registry.data_layers, *registry.converters}


def test_each_says_what_to_do_instead() -> None:
    assert set(UNREAD) == {"ImageData", "MemoryData", "WindowData"}
    assert all("LMDB" in remedy for remedy in UNREAD.values())
