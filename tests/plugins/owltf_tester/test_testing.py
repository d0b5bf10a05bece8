"""What is said of a net that is tested."""

from __future__ import annotations

from owltf_tester.testing import Testing


def test_a_net_is_named_with_its_place() -> None:
    assert Testing("small", 0, 1).title == "small (#0)"
    assert Testing("", 2, 1).title == "net (#2)"
