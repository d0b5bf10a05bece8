"""A lost worker is told apart from other errors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.runtime.cluster import Cluster
from owltf.runtime.replicas import Replicas
from owltf.train.lost_worker import lost_worker

TWO: Any = Replicas(SimpleNamespace(), cluster=Cluster(("a:1", "b:2"), 0))
ALONE: Any = Replicas(SimpleNamespace())
GONE = tf.errors.UnavailableError(None, None, "/job:worker/replica:0/task:1 is unhealthy")


def fail(replicas: Replicas, error: Exception, cause: Exception | None = None) -> None:
    with lost_worker(replicas, lambda: "x_iter_5 stands"):
        raise error from cause


@pytest.mark.parametrize("error", [(GONE,), (OwltfError("layer 'ip' cannot be computed"), GONE)])
def test_a_lost_worker_is_named(error: Any) -> None:
    with pytest.raises(OwltfError, match=r"^worker 1 \(b:2\) was lost.*; x_iter_5 stands; start"):
        fail(TWO, *error)


def test_which_one_may_be_unknown() -> None:
    with pytest.raises(OwltfError, match="^another worker was lost"):
        fail(TWO, tf.errors.AbortedError(None, None, "ring"))


@pytest.mark.parametrize("error", [ValueError("x"), OwltfError("x")])
def test_other_errors_stay(error: Exception) -> None:
    with pytest.raises(type(error), match="^x$"):
        fail(TWO, error)


def test_a_process_alone_has_none_to_lose() -> None:
    with pytest.raises(tf.errors.UnavailableError):
        fail(ALONE, GONE)
