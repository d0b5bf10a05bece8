"""QuietHook: stands for the hooks of a run in the processes that report nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class QuietHook:
    """Takes the calls of all hooks and tells no plugin; on several machines the chief's do."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        def call(**values: Any) -> None:
            """Do nothing."""

        return call
