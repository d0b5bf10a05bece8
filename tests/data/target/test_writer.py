"""Keys ascend."""

from __future__ import annotations

import pytest

from owltf.data.target.writer import refuse_order
from owltf.errors import OwltfError


def test_keys_ascend() -> None:
    assert refuse_order(b"a", [(b"b", b""), (b"c", b"")]) == b"c"
    assert refuse_order(b"a", []) == b"a"
    for keys in ((b"b", b"b"), (b"c", b"b"), (b"a",)):
        with pytest.raises(OwltfError, match="keys must ascend"):
            refuse_order(b"a", [(key, b"") for key in keys])
