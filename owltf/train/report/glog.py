"""The prefix of Caffe's log lines, by which its scripts find the time of each."""

from __future__ import annotations

import threading
from datetime import datetime


def glog_prefix(place: str, moment: datetime | None = None) -> str:
    """Return what glog, Caffe's logger, puts before an informative line.

    That is `I0210 13:39:22.381027 25210 solver.cpp:204] `: the severity, month and day, the time,
    the thread and the place in the source.

    Args:
        place: the file and the line that say it.
        moment: when it is said; now unless given.
    """
    moment = moment or datetime.now()
    return f"I{moment:%m%d %H:%M:%S.%f} {threading.get_native_id():5d} {place}] "
