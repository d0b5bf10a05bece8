"""Loops stop where a signal asked for it."""

from __future__ import annotations

import pytest

from owltf.stop_flag import Stopped, check_stopped, set_stopped, stopped_by


def test_a_loop_stops_once_it_is_asked() -> None:
    check_stopped()
    set_stopped(15)
    try:
        assert stopped_by() == 15
        with pytest.raises(Stopped) as caught:
            check_stopped()
    finally:
        set_stopped(0)
    assert caught.value.code == 143
    check_stopped()
