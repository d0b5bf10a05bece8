"""A time in hours, minutes and seconds."""


def duration(seconds: float) -> str:
    """Return 3723 as 1:02:03 and 63 as 1:03."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
