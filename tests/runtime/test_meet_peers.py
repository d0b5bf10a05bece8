"""Processes wait for each other, and not forever."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from owltf.errors import OwltfError
from owltf.runtime import meet_peers as module
from owltf.runtime.cluster import Cluster
from owltf.runtime.meet_peers import meet_peers


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def addresses() -> tuple[str, ...]:
    return tuple(free_address() for _ in range(3))


def silent(line: str) -> None:
    raise AssertionError(line)


def test_those_who_come_late_are_waited_for(addresses: tuple[str, ...]) -> None:
    """TensorFlow's servers take the ports over; here plain ones do."""
    met: list[int] = []

    def meet(index: int) -> None:
        time.sleep(0.2 * index)
        meet_peers(Cluster(addresses, index), 20, silent)
        _, port = addresses[index].split(":")
        with socket.create_server(("", int(port))):
            met.append(index)
            while len(met) < 3:
                time.sleep(0.01)

    threads = [threading.Thread(target=meet, args=(index,)) for index in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(met) == [0, 1, 2]


def test_one_who_never_comes_is_named(
    addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_QUIET", 0.0)
    said: list[str] = []
    _, port = addresses[1].split(":")
    reason = rf"^worker 2 \({addresses[2]}\) did not come within 0.3 seconds; start the same"
    with (
        socket.create_server(("127.0.0.1", int(port))),
        pytest.raises(OwltfError, match=reason),
    ):
        meet_peers(Cluster(addresses, 0), 0.3, said.append)
    assert said == [f"waiting for worker 2 ({addresses[2]})"]


def test_a_port_that_is_taken(addresses: tuple[str, ...]) -> None:
    _, port = addresses[0].split(":")
    with (
        socket.create_server(("", int(port))),
        pytest.raises(OwltfError, match=rf"this one: port {port}: address already in use"),
    ):
        meet_peers(Cluster(addresses, 0), 1, silent)
