"""TF_CONFIG is read as TensorFlow reads it, and mistakes in it are told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from owltf.errors import OwltfError
from owltf.runtime.cluster import Cluster, read_cluster

HOSTS = ["h0:2222", "h1:2222", "[::1]:2223"]


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set TF_CONFIG, and return what is read of it."""

    def read(cluster: Any, task: Any = None) -> Cluster | None:
        text = json.dumps({"cluster": cluster, **({"task": task} if task else {})})
        monkeypatch.setenv("TF_CONFIG", text)
        return read_cluster()

    return read


def test_without_the_variable_a_machine_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", " ", "{}", '{"cluster": {}}'):
        monkeypatch.setenv("TF_CONFIG", text)
        assert read_cluster() is None
    monkeypatch.delenv("TF_CONFIG")
    assert read_cluster() is None


def test_one_process_is_alone(config: Any) -> None:
    assert config({"worker": HOSTS[:1]}, {"type": "worker", "index": 0}) is None


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_first_worker_is_the_chief(config: Any, index: int) -> None:
    cluster = config({"worker": HOSTS}, {"type": "worker", "index": index})
    assert (cluster.index, cluster.is_chief) == (index, index == 0)
    assert cluster.peers == {n: host for n, host in enumerate(HOSTS) if n != index}
    assert cluster.name(2) == "worker 2 ([::1]:2223)"


def test_a_chief_comes_before_the_workers(config: Any) -> None:
    jobs = {"worker": HOSTS[1:], "chief": HOSTS[:1]}
    chief, worker = (config(jobs, {"type": kind, "index": 0}) for kind in ("chief", "worker"))
    assert chief == Cluster(tuple(HOSTS), 0, 1)
    assert worker == Cluster(tuple(HOSTS), 1, 1)
    assert chief.is_chief
    assert not worker.is_chief


def test_tensorflows_messages_name_a_process() -> None:
    message = "heartbeats: /job:worker/replica:0/task:1 crashed, says /job:worker/task:0"
    assert Cluster(tuple(HOSTS), 0).named_in(message) == "worker 1 (h1:2222)"
    assert Cluster(tuple(HOSTS), 0, 1).named_in(message) == "worker 2 ([::1]:2223)"
    assert Cluster(tuple(HOSTS), 1).named_in(message) == "worker 0 (h0:2222)"
    assert Cluster(tuple(HOSTS), 0).named_in("something else") is None


@pytest.mark.parametrize(
    ("jobs", "task", "reason"),
    [
        ({"worker": HOSTS}, None, "'task' is missing"),
        ({"worker": HOSTS}, {"type": "worker"}, "'index' is missing"),
        ({"worker": HOSTS}, {"type": "worker", "index": 3}, "worker 3, but the cluster has 3"),
        ({"worker": HOSTS}, {"type": "chief", "index": 0}, "chief 0, but the cluster has 0"),
        ({"worker": ["h0", "h1:1"]}, {"type": "worker", "index": 0}, "'h0' is not host:port"),
        ({"worker": ["h0:1", "h1:99999"]}, {"type": "worker", "index": 0}, "is not host:port"),
        ({"worker": ["h:1", "h:1"]}, {"type": "worker", "index": 0}, "there twice"),
        ({"chief": HOSTS}, {"type": "chief", "index": 0}, "one chief"),
        ({"worker": HOSTS, "ps": ["h:1"]}, {"type": "worker", "index": 0}, "no job 'ps'"),
        ([1], {"type": "worker", "index": 0}, "TF_CONFIG: "),
    ],
)
def test_mistakes(config: Any, jobs: Any, task: Any, reason: str) -> None:
    with pytest.raises(OwltfError, match=r"^TF_CONFIG: .*must be like") as caught:
        config(jobs, task)
    assert reason in str(caught.value)


def test_other_text_than_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", "{")
    with pytest.raises(OwltfError, match="^TF_CONFIG: "):
        read_cluster()
