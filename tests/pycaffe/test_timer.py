"""The timer."""

from owltf.pycaffe.timer import Timer


def test_milliseconds() -> None:
    timer = Timer()
    assert timer.ms == 0
    timer.start()
    timer.stop()
    first = timer.ms
    assert 0 < first == timer.ms
    timer.start()
    assert timer.ms > 0
