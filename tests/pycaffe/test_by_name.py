"""What a net has by name: order, and the hint for unknown names."""

from __future__ import annotations

import pytest

from owltf.pycaffe.by_name import ByName


def test_order_and_hint() -> None:
    known = ByName("blob", {"data": 1, "conv1": 2})
    assert list(known.items()) == [("data", 1), ("conv1", 2)]
    with pytest.raises(KeyError) as raised:
        known["conv"]
    assert str(raised.value) == "'conv' is no blob: did you mean 'conv1'?"
    assert known.get("conv") is None
