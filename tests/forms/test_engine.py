"""An engine says what it lacks, writes and opens."""

from __future__ import annotations

import pytest

from owltf.forms.engine import Engine


def test_an_engine_must_have_all_of_it() -> None:
    with pytest.raises(TypeError, match="abstract methods? .*missing.*open.*write"):
        Engine()
