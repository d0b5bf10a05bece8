"""The machines that train together, as the environment variable TF_CONFIG names them."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import Any

from owltf.errors import OwltfError

VARIABLE = "TF_CONFIG"
# Seconds in which all processes must have started.
WAIT = 300.0
_FORM = (
    '{"cluster": {"worker": ["host0:port", "host1:port"]}, "task": {"type": "worker", "index": 0}}'
)
# The chief comes first, in TensorFlow too.
_JOBS = ("chief", "worker")
_PORTS = 1 << 16
_TASK = re.compile(r"/job:(chief|worker)(?:/replica:\d+)?/task:(\d+)")


@dataclass(frozen=True)
class Cluster:
    """The processes that train together, one on each machine.

    Attributes:
        addresses: "host:port" of each; the first one is the chief, which writes the files.
        index: this process's place among them.
        chiefs: how many of them TF_CONFIG calls "chief": 1 or 0, and then the first worker is it.
    """

    addresses: tuple[str, ...]
    index: int
    chiefs: int = 0

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the files of a run and reports on it."""
        return self.index == 0

    @property
    def peers(self) -> dict[int, str]:
        """The addresses of the other processes, by their places."""
        return {place: each for place, each in enumerate(self.addresses) if place != self.index}

    def name(self, place: int) -> str:
        """Return a process in words: "worker 1 (host1:2222)"."""
        return f"worker {place} ({self.addresses[place]})"

    def named_in(self, message: str) -> str | None:
        """Return the other process that a message of TensorFlow's is about, in words."""
        places = (
            int(number) + (self.chiefs if job == "worker" else 0)
            for job, number in _TASK.findall(message)
        )
        return next((self.name(place) for place in places if place in self.peers), None)


def read_cluster() -> Cluster | None:
    """Return the cluster that TF_CONFIG describes; None if this machine trains alone.

    Raises:
        OwltfError: if the variable is not as TensorFlow defines it.
    """
    text = os.environ.get(VARIABLE, "")
    if not text.strip():
        return None
    try:
        config = json.loads(text)
        jobs = {str(job): _addresses(value) for job, value in config.get("cluster", {}).items()}
        if not any(jobs.values()):
            return None
        return _cluster(jobs, config["task"]["type"], config["task"]["index"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise OwltfError(f"{VARIABLE}: {what}; it must be like {_FORM}") from None


def _addresses(value: Any) -> list[str]:
    for address in value:
        _, colon, port = str(address).rpartition(":")
        if not colon or not port.isdecimal() or not 0 < int(port) < _PORTS:
            raise ValueError(f"'{address}' is not host:port")
    return [str(address) for address in value]


def _cluster(jobs: dict[str, list[str]], task: Any, index: Any) -> Cluster | None:
    for job in jobs.keys() - {*_JOBS}:
        if jobs[job]:
            raise ValueError(f"there is no job '{job}' in a run, only chief and worker")
    addresses = [each for job in _JOBS for each in jobs.get(job, [])]
    if len(set(addresses)) < len(addresses):
        raise ValueError("an address is there twice")
    if len(jobs.get("chief", [])) > 1:
        raise ValueError("there can be one chief")
    count = len(jobs.get(task, []))
    if not isinstance(index, int) or not 0 <= index < count:
        raise ValueError(f"the task is {task} {index}, but the cluster has {count} of them")
    chiefs = len(jobs.get("chief", []))
    place = index + (chiefs if task == "worker" else 0)
    return Cluster(tuple(addresses), place, chiefs) if len(addresses) > 1 else None
