"""EarlyEnd: whether a plugin ended a run before `max_iter`."""

from __future__ import annotations

from owltf.runtime.replicas import Replicas


class EarlyEnd:
    """Keeps why a run is to end; on several machines the chief's plugins alone are told of it.

    Args:
        replicas: where the run computes.

    Attributes:
        reason: why it ends, in words; "" as long as it goes on.
    """

    def __init__(self, replicas: Replicas) -> None:
        self._replicas, self.reason = replicas, ""

    def ask(self, reason: str) -> None:
        """End the run; of several reasons the first is told."""
        self.reason = self.reason or reason

    def is_asked(self) -> bool:
        """Return whether the run ends; all processes must call this after the same iteration."""
        if any(self._replicas.of_all(int(bool(self.reason)))):
            self.reason = self.reason or "the chief ended the run"
        return bool(self.reason)
