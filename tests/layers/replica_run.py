"""Runs a net over several replicas, as `owltf.testing` does."""

from owltf.testing import ReplicaRun, run_replicas

__all__ = ["ReplicaRun", "run_replicas"]
