"""Clock against a time that is set."""

from __future__ import annotations

from owltf.train.clock import Clock


def test_the_first_call_and_what_lies_between_count_not() -> None:
    made, waited, at = 0, 0.0, 0.0
    clock = Clock(lambda: made, lambda: waited, lambda: at)
    with clock.call():
        made, waited, at = 1, 9.0, 30.0
    assert (clock.updates_per_second(), clock.waiting()) == (0, 0)
    at = 100.0
    with clock.call():
        made, at = 6, 101.0
        # While the call goes on.
        assert clock.updates_per_second() == 5
        made, waited, at = 11, 10.0, 104.0
    at = 500.0
    assert clock.updates_per_second() == 2.5
    assert clock.seconds == 4
    assert clock.waiting() == 0.25
