"""Hours, minutes and seconds."""

from owltf.train.report.duration import duration


def test_duration() -> None:
    assert [duration(each) for each in (0.4, 63, 3723)] == ["0:00", "1:03", "1:02:03"]
