"""Waits until the other processes of a cluster are there, before TensorFlow waits without end.

A strategy of several machines connects in its constructor. If one of them never starts, the others
hang there, and hold the interpreter's lock: neither a thread nor Ctrl-C could end them.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from owltf.errors import OwltfError
from owltf.runtime.cluster import Cluster

_PAUSE = 0.2
_CONNECT = 2.0
_QUIET = 5.0


def meet_peers(cluster: Cluster, seconds: float, say: Callable[[str], None]) -> None:
    """Return when every process of a cluster listens at its address, this one among them.

    Args:
        cluster: the processes.
        seconds: how long to wait for them.
        say: told whom it waits for, if that takes longer than a moment.

    Raises:
        OwltfError: if one does not come in time, or this process's own port is taken.
    """
    with _listening(cluster):
        missing, start, is_said = dict(cluster.peers), time.monotonic(), False
        while missing := _absent(missing):
            waited = time.monotonic() - start
            names = ", ".join(map(cluster.name, missing))
            if waited > seconds:
                raise OwltfError(
                    f"{names} did not come within {seconds:g} seconds; start the same command on "
                    f"each machine, and look whether the ports are open between them"
                )
            if waited > _QUIET and not is_said:
                say(f"waiting for {names}")
                is_said = True
            time.sleep(_PAUSE)


def _absent(peers: Mapping[int, str]) -> dict[int, str]:
    return {place: address for place, address in peers.items() if not is_there(address)}


def is_there(address: str) -> bool:
    """Return whether a process listens at an address, "host:port"."""
    with suppress(OSError), socket.create_connection(_host_and_port(address), _CONNECT):
        return True
    return False


@contextmanager
def _listening(cluster: Cluster) -> Iterator[None]:
    """Listen at this process's port until TensorFlow's own server does."""
    _, port = _host_and_port(cluster.addresses[cluster.index])
    try:
        listener = socket.create_server(("", port), backlog=len(cluster.addresses) * 8)
    except OSError as error:
        reason = str(error.strerror).lower()
        raise OwltfError(
            f"{cluster.name(cluster.index)}, this one: port {port}: {reason}"
        ) from None
    with listener:
        yield


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
